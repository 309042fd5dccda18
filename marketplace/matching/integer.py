"""Limits that are no flow: an integer programme (HiGHS through scipy), one level of the sum after the other, held to a time.

Prices for the limits come from its continuous relaxation, rounded to whole numbers; with them the flow gives a proof in integers
as everywhere else, as tight as whole prices can be. What the programme itself claims is ``Result.bound``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from marketplace.matching.answer import closed, result
from marketplace.matching.faults import Contradiction, Fault, FaultKind
from marketplace.matching.optimum import Optimum, optimum
from marketplace.matching.outcome import Result
from marketplace.matching.pricing import everything, merged
from marketplace.matching.task import Ints, Task

MANY = 150_000
"""With more allowed pairs than this the programme gets those only that the flow with priced limits knew, and claims no bound."""

INFEASIBLE = 2
"""What scipy calls it."""


@dataclass(frozen=True)
class Programme:
    """Columns: one for each pair, then one for each floor (by how many places it is met)."""

    matrix: sparse.csr_array
    high: NDArray[np.float64]
    most: NDArray[np.float64]
    limits: slice
    pairs: int


def solve_limited(task: Task) -> Result:
    """The best answer under the problem's limits, as far as ``problem.seconds`` allow; always with its gap.

    Raises ``Contradiction`` where limits and pins leave no way to meet the balance, ``TimeoutError`` where none was found.
    """
    ends = time.monotonic() + task.problem.seconds
    pairs = everything(task)
    whole = len(pairs[0]) <= MANY
    if not whole:
        pairs = optimum(task).known
    none = np.zeros(0, np.int64)
    dues, prices = (none, none), (0,) * len(task.problem.all_limits)
    if len(pairs[0]):
        dues, prices = _limit_prices(task, pairs, ends)
    priced = replace(task, dues=dues)
    eased = optimum(priced)
    first = _answer(task, eased, (eased.rows, eased.columns), prices, None)
    if _within(task, eased.rows, eased.columns) and first.equal:
        return first
    if not whole:
        pairs = merged(task.shape[1], pairs, eased.known)
    programme = _programme(task, pairs)
    taken, lost = by_level(task, programme, pairs, ends)
    chosen = pairs[0][taken], pairs[1][taken]
    found = _answer(task, eased, chosen, prices, None)
    return _answer(task, eased, chosen, prices, found.primal + lost) if whole else found


def _answer(
    task: Task, eased: Optimum, chosen: tuple[Ints, Ints], prices: tuple[int, ...], bound: int | None
) -> Result:
    return result(task, *chosen, closed(task, eased.charges), eased.best, prices, bound)


def _uses(task: Task) -> list[tuple[Ints, Ints, int]]:
    """For each limit: the pairs that use it (row * columns + column, sorted), how much, and what pins leave of it."""
    row, column = task.problem.cohort.row, task.problem.cohort.column
    found = []
    for limit in task.problem.all_limits:
        used = sorted((row[one] * task.shape[1] + column[other], amount) for (one, other), amount in limit.uses.items())
        left = limit.most - sum(limit.uses.get(pin, 0) for pin in task.problem.pins)
        keys = np.array([key for key, _amount in used], np.int64)
        found.append((keys, np.array([amount for _key, amount in used], np.int64), left))
    return found


def _within(task: Task, rows: Ints, columns: Ints) -> bool:
    """Whether these pairs keep to every limit."""
    keys = rows * task.shape[1] + columns
    return all(int(amounts[np.isin(used, keys)].sum()) <= left for used, amounts, left in _uses(task))


def _limit_prices(task: Task, pairs: tuple[Ints, Ints], ends: float) -> tuple[tuple[Ints, Ints], tuple[int, ...]]:
    """What a limit's use costs in the continuous relaxation, and what each pair so pays."""
    programme = _programme(task, pairs)
    scale = max(task.weights.score, 1)
    worth = np.concatenate([task.values(*pairs), np.full(len(programme.most) - programme.pairs, task.weights.floor)])
    found: Any = optimize.linprog(
        -worth / scale,
        A_ub=programme.matrix,
        b_ub=programme.high,
        bounds=np.stack([np.zeros(len(worth)), programme.most], axis=1),
        method="highs",
        options={"time_limit": max(ends - time.monotonic(), 0.1)},
    )
    prices = [0] * len(task.problem.all_limits)
    if found.success:
        marginals = -found.ineqlin.marginals[programme.limits] * scale
        prices = [max(round(float(one)), 0) for one in marginals]
    paid: dict[int, int] = {}
    for (keys, amounts, _left), price in zip(_uses(task), prices, strict=True):
        if price:
            for key, amount in zip(keys.tolist(), amounts.tolist(), strict=True):
                paid[key] = paid.get(key, 0) + price * amount
    dues = np.array(sorted(paid), np.int64), np.array([paid[key] for key in sorted(paid)], np.int64)
    return dues, tuple(prices)


def _programme(task: Task, pairs: tuple[Ints, Ints]) -> Programme:
    rows, columns = pairs
    many, wide = task.shape
    firms = len(task.free)
    numbers = np.arange(len(rows))
    giving, taking = task.column_firm[columns], task.row_firm[rows]
    parts: list[sparse.csr_array] = []
    high: list[NDArray[np.float64]] = []

    def add(of: Ints, height: int, most: Any, amounts: Any = None, which: Any = None) -> None:
        which = numbers if which is None else which
        amounts = np.ones(len(of)) if amounts is None else amounts
        parts.append(sparse.csr_array((amounts, (of, which)), shape=(height, len(rows))))
        high.append(np.broadcast_to(np.asarray(most, float), height))

    add(rows, many, 1)
    add(columns, wide, task.capacity)
    add(giving, firms, task.gives)
    add(taking, firms, task.receives)
    if task.swing is not None:
        net = np.concatenate([np.ones(len(rows)), -np.ones(len(rows))])
        twice = np.concatenate([numbers, numbers])
        add(np.concatenate([giving, taking]), firms, task.swing[1], net, twice)
        add(np.concatenate([taking, giving]), firms, -task.swing[0], net, twice)
    start = sum(part.shape[0] for part in parts)
    keys = rows * wide + columns
    for used, amounts, left in _uses(task):
        place = np.searchsorted(keys, used)
        there = keys[np.minimum(place, len(keys) - 1)] == used
        add(np.zeros(int(there.sum()), np.int64), 1, left, amounts[there], place[there])
    limits = slice(start, start + len(task.problem.all_limits))
    floors = [
        (columns, task.least, task.capacity),
        (giving, task.gives_least, task.gives),
        (taking, task.receives_least, task.receives),
    ]
    met: list[tuple[int, int]] = []
    most: list[int] = []
    for of, least, possible in floors:
        for index in np.flatnonzero(least).tolist():
            met.append((sum(part.shape[0] for part in parts), len(rows) + len(most)))
            most.append(min(int(least[index]), int(possible[index])))
            which = np.flatnonzero(of == index)
            add(np.zeros(len(which), np.int64), 1, 0.0, -np.ones(len(which)), which)
    stacked = sparse.vstack(parts)
    if met:
        at = np.array(met, np.int64)
        extra = sparse.csr_array(
            (np.ones(len(met)), (at[:, 0], at[:, 1] - len(rows))), shape=(stacked.shape[0], len(met))
        )
        stacked = sparse.hstack([stacked, extra])
    bounds = np.concatenate([np.ones(len(rows)), np.array(most, float)])
    return Programme(stacked.tocsr(), np.concatenate(high), bounds, limits, len(rows))


def by_level(task: Task, programme: Programme, pairs: tuple[Ints, Ints], ends: float) -> tuple[Ints, int]:
    """Which pairs, and by how much of the sum a better answer is not ruled out. Each level is held while the next is raised."""
    weights, wide = task.weights, task.shape[1]
    score = task.problem.cohort.grid[pairs].astype(np.int64) - 1
    kept = np.isin(pairs[0] * wide + pairs[1], task.kept[:, 0] * wide + task.kept[:, 1]).astype(np.int64)
    none = np.zeros(len(programme.most) - programme.pairs, np.int64)
    levels: list[tuple[int, Ints]] = [
        (weights.floor, np.concatenate([np.zeros(programme.pairs, np.int64), none + 1])),
        (weights.head, np.concatenate([np.ones(programme.pairs, np.int64), none])),
        (weights.score, np.concatenate([score, none])),
        (weights.keep, np.concatenate([kept, none])),
    ]
    levels.sort(key=lambda one: -one[0])
    rows = [optimize.LinearConstraint(programme.matrix, -np.inf, programme.high)]
    answer = np.zeros(len(programme.most), np.int64)
    for place, (weight, worth) in enumerate(levels):
        if not weight or not worth.any():
            continue
        left = ends - time.monotonic()
        found: Any = None
        if left > 0:
            found = optimize.milp(
                -worth,
                integrality=np.ones(len(worth)),
                bounds=optimize.Bounds(0, programme.most),
                constraints=rows,
                options={"time_limit": left, "mip_rel_gap": 0},
            )
        if found is not None and found.status == INFEASIBLE and not answer.any():
            names = tuple(limit.name for limit in task.problem.all_limits)
            raise Contradiction((Fault(FaultKind.balance, names=names, allowed=task.problem.balance or 0),))
        if found is not None and found.x is not None:
            answer = np.rint(found.x).astype(np.int64)
        if task.strained and not answer.any():
            raise TimeoutError("no pairs that mend the balance were found in time")
        reached = int(worth @ answer)
        ceiling = _ceiling(found, worth, programme.most)
        if ceiling > reached:
            rest = sum(other * int(value @ programme.most) for other, value in levels[place + 1 :])
            return np.flatnonzero(answer[: programme.pairs]), weight * (ceiling - reached) + rest
        rows.append(optimize.LinearConstraint(worth[None, :], reached, np.inf))
    return np.flatnonzero(answer[: programme.pairs]), 0


def _ceiling(found: Any, worth: Ints, most: NDArray[np.float64]) -> int:
    """What the programme claims that this level cannot exceed."""
    bound = getattr(found, "mip_dual_bound", None)
    if bound is None or not np.isfinite(bound):
        return int(worth @ most)
    return int(np.floor(-bound + 1e-6 * max(1.0, abs(bound) * 1e-3)))
