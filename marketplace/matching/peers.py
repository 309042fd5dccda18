"""Peers: everybody is on both sides, and two who are a pair are in no other.

No flow finds such pairs: three who suit each other would be three halves. What keeps halves out is that an odd number of people
make no more than half of one fewer pairs among themselves. So a linear programme is asked, again with each odd set that its
halves show to be missing, until there are no halves; where some stay, an integer programme decides (HiGHS through scipy, held to
the problem's time).

**The proof**, in halves of a unit of value: a price ``mentee[i]`` for each person, ``receives[f]`` for each firm, and ``odd[b]``,
never negative, for some odd sets, such that for each allowed pair of people who are not pinned

    mentee[i] + mentee[j] + receives[f of i] + receives[f of j] + 2 * Σ odd[b] of sets that hold both  >=  2 * value of the pair

Then no answer whatever is worth more than the value of the pins and half, rounded down, of

    Σ people max(0, mentee[i]) + Σ firms max(0, receives[f] * people of it that may still be paired) + Σ sets odd[b] * (size - 1)

Source: J. Edmonds, *Maximum matching and a polyhedron with 0,1-vertices* (1965); that whole prices reach the optimum where no
firm is capped, W. H. Cunningham and A. B. Marsh, *A primal algorithm for optimum matching* (1978).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.sparse import csgraph

from marketplace.matching.answer import closed
from marketplace.matching.integer import MANY, Programme, by_level
from marketplace.matching.model import Problem
from marketplace.matching.optimum import optimum
from marketplace.matching.outcome import OddSet, Pair, Prices, Result
from marketplace.matching.task import Ints, Task

ROUNDS = 60
"""How often odd sets are looked for."""

NEAR = 1e-6
"""What the linear programme's numbers are whole within."""

BARS = (NEAR, 0.26, 0.4)
"""Odd sets are looked for among what is joined by more than so much of a pair."""


@dataclass(frozen=True)
class _Graph:
    """Pairs as ``rows`` < ``columns`` of the grid, and the odd sets known so far (rows, sorted)."""

    task: Task
    rows: Ints
    columns: Ints
    sets: tuple[tuple[int, ...], ...]

    def inside(self, members: tuple[int, ...]) -> NDArray[np.bool_]:
        there = np.zeros(self.task.shape[0], np.bool_)
        there[list(members)] = True
        found: NDArray[np.bool_] = there[self.rows] & there[self.columns]
        return found


def two_sided(problem: Problem) -> Task:
    """As if they were mentees and mentors: each pair may be made in both directions, for half its value each."""

    def both(pairs: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        return pairs | {pair[::-1] for pair in pairs}

    plain = replace(
        problem,
        cohort=problem.cohort.two_sided,
        firms=tuple(replace(one, gives=one.receives) for one in problem.firms),
        pins=both(problem.pins),
        forbids=both(problem.forbids),
        previous=both(problem.kept),
    )
    return Task.of(plain).weighing(problem.weights)


def solve_peers(problem: Problem) -> Result:
    """The best pairs, as far as ``problem.seconds`` allow; always with the gap."""
    ends = time.monotonic() + problem.seconds
    task = two_sided(problem)
    graph, whole = _graph(task)
    graph, shares, marginals = _without_halves(graph, ends)
    prices, dual = _prices(problem, graph, marginals)
    if shares is not None and _whole(shares):
        found = _result(problem, graph, np.flatnonzero(shares > 0.5), prices, dual, None)
        if found.equal or not whole:
            return found
    taken, lost = by_level(task, _programme(graph), (graph.rows, graph.columns), ends)
    return _result(problem, graph, taken, prices, dual, lost if whole else None)


def spare(problem: Problem, result: Result, one: int, other: int) -> int:
    """By how many halves the prices of the two are above twice what a pair of them is worth: an answer with the pair is worth
    less than ``result.dual`` by half of that at least.
    """
    cohort, prices = problem.cohort, result.prices
    paid = 0
    for who in (one, other):
        paid += prices.mentee[cohort.row[who]] + prices.receives[cohort.firm_ids.index(cohort.mentee(who).firm)]
    paid += sum(2 * odd.price for odd in prices.odd if one in odd.members and other in odd.members)
    return paid - 2 * problem.value(*cohort.pair(one, other))


def _graph(task: Task) -> tuple[_Graph, bool]:
    """Every allowed pair, or, of very many, those that two sides would know of; whether it is every one.

    With each group that rules keep to itself, if its number is odd.
    """
    wide = task.shape[1]
    size = task.problem.cohort.grid.size // 2
    rows, columns = _everything(task) if size <= MANY else optimum(task).known
    keys = np.unique(np.minimum(rows, columns) * wide + np.maximum(rows, columns))
    rows, columns = keys // max(wide, 1), keys % max(wide, 1)
    open_to = task.open_rows & task.open_columns
    there = open_to[rows] & open_to[columns]
    rows, columns = rows[there], columns[there]
    return _Graph(task, rows, columns, tuple(_odd_groups(wide, rows, columns))), size <= MANY


def _everything(task: Task) -> tuple[Ints, Ints]:
    least = max(task.problem.minimum, 0)
    found = [np.argwhere(block > least) + np.array([start, 0]) for start, block in task.blocks()]
    pairs = np.concatenate(found) if found else np.zeros((0, 2), np.int64)
    return pairs[:, 0], pairs[:, 1]


def _odd_groups(many: int, rows: Ints, columns: Ints) -> Iterable[tuple[int, ...]]:
    """Of three or more who are joined, directly or through others, those whose number is odd."""
    joined = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(many, many))
    _count, group = csgraph.connected_components(joined, directed=False)
    order = np.argsort(group, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if len(members) >= 3 and len(members) % 2:
            yield tuple(members.tolist())


def _without_halves(graph: _Graph, ends: float) -> tuple[_Graph, NDArray[np.float64] | None, NDArray[np.float64]]:
    """How much of each pair the linear programme takes once no odd set is missing that we know how to find; and what its rows are
    worth to it. None where it had no time, or has no answer.
    """
    task = graph.task
    worth = task.values(graph.rows, graph.columns) / max(task.weights.score, 1)
    shares, marginals = None, np.zeros(0)
    for _round in range(ROUNDS):
        left = ends - time.monotonic()
        if left <= 0 or not len(graph.rows):
            break
        programme = _programme(graph)
        found: Any = optimize.linprog(
            -worth,
            A_ub=programme.matrix,
            b_ub=programme.high,
            bounds=(0, 1),
            method="highs",
            options={"time_limit": left},
        )
        if not found.success:
            break
        shares, marginals = found.x, -found.ineqlin.marginals[programme.limits]
        missing = _missing(graph, found.x)
        if not missing:
            break
        graph = replace(graph, sets=(*graph.sets, *missing))
    if not len(graph.rows):
        return graph, np.zeros(0), np.zeros(len(graph.sets))
    return graph, shares, np.pad(marginals, (0, len(graph.sets) - len(marginals)))


def _missing(graph: _Graph, shares: NDArray[np.float64]) -> list[tuple[int, ...]]:
    """Odd sets that have more pairs in these shares than there can be."""
    found: dict[tuple[int, ...], None] = {}
    for bar in BARS:
        there = shares > bar
        for members in _odd_groups(graph.task.shape[1], graph.rows[there], graph.columns[there]):
            if shares[graph.inside(members)].sum() > (len(members) - 1) // 2 + NEAR:
                found[members] = None
    return [members for members in found if members not in graph.sets]


def _whole(shares: NDArray[np.float64]) -> bool:
    return bool((np.abs(shares - np.rint(shares)) < NEAR).all())


def _programme(graph: _Graph) -> Programme:
    task, many = graph.task, len(graph.rows)
    numbers = np.arange(many)
    twice = np.concatenate([numbers, numbers])
    ends = np.concatenate([graph.rows, graph.columns])
    parts = [
        sparse.csr_array((np.ones(2 * many), (ends, twice)), shape=(task.shape[0], many)),
        sparse.csr_array((np.ones(2 * many), (task.row_firm[ends], twice)), shape=(len(task.receives), many)),
    ]
    high: list[NDArray[Any]] = [np.minimum(task.capacity, 1), task.receives]
    start = task.shape[0] + len(task.receives)
    for members in graph.sets:
        parts.append(sparse.csr_array(graph.inside(members)[None, :].astype(float)))
        high.append(np.array([(len(members) - 1) // 2]))
    limits = slice(start, start + len(graph.sets))
    return Programme(sparse.vstack(parts).tocsr(), np.concatenate(high).astype(float), np.ones(many), limits, many)


def _prices(problem: Problem, graph: _Graph, marginals: NDArray[np.float64]) -> tuple[Prices, int]:
    """The odd sets at whole prices, and with these the best prices of people and firms; what they prove."""
    task, wide = graph.task, graph.task.shape[1]
    at = np.maximum(np.rint(marginals * max(task.weights.score, 1)).astype(np.int64), 0)
    paid: dict[int, int] = {}
    for members, price in zip(graph.sets, at.tolist(), strict=True):
        if price:
            for one in members:
                for other in members:
                    if one != other:
                        paid[one * wide + other] = paid.get(one * wide + other, 0) + price
    dues = np.array(sorted(paid), np.int64), np.array([paid[key] for key in sorted(paid)], np.int64)
    eased = optimum(replace(task, dues=dues))
    charged = closed(task, eased.charges)
    people = np.where(task.open_rows, eased.best, 0) + np.where(task.open_columns, charged.mentor, 0)
    firms = charged.gives + charged.receives
    ids = [one.id for one in problem.cohort.mentees]
    sets = tuple(
        OddSet(tuple(ids[row] for row in members), price)
        for members, price in zip(graph.sets, at.tolist(), strict=True)
        if price
    )
    prices = Prices(tuple(people.tolist()), (), (), tuple(firms.tolist()), (), (), sets)
    halves = int(np.maximum(people, 0).sum()) + int(np.maximum(firms * task.receives, 0).sum())
    halves += sum(one.price * (len(one.members) - 1) for one in sets)
    return prices, sum(problem.value(*pin) for pin in sorted(problem.pins)) + halves // 2


def _result(problem: Problem, graph: _Graph, taken: Ints, prices: Prices, dual: int, lost: int | None) -> Result:
    """``lost``: by how much of the sum an integer programme does not rule out a better answer; None: it says nothing of all."""
    cohort = problem.cohort
    ids = [one.id for one in cohort.mentees]
    chosen = {(ids[row], ids[column]) for row, column in zip(graph.rows[taken], graph.columns[taken], strict=True)}
    made = chosen | problem.pins
    pairs = tuple(Pair(one, other, cohort.score(one, other)) for one, other in sorted(made))
    primal = sum(problem.value(*pair) for pair in made)
    bound = dual if lost is None else min(dual, primal + lost)
    paired = {one for pair in made for one in pair}
    return Result(
        pairs,
        tuple(one for one in ids if one not in paired),
        (),
        prices,
        primal,
        dual,
        bound,
        len(problem.previous - made),
        primal == bound,
    )
