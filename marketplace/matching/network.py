"""The flow itself: a task and some of its pairs as a network, OR-Tools' answer, and whole-number prices read off what is left.

Each mentee sends one unit, through a mentor or through "unmatched". A mentor's units go on to their firm. With quotas a firm has
three nodes: what it gives, those of its mentees who stay unmatched, and itself, which takes in exactly as many units as it has
mentees; what it takes in more or less is its balance, and goes to or comes from a hub, at most so many units. Floors are arcs
that earn. Caps on receiving are lower bounds on staying unmatched, taken out by the usual shift of supplies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from marketplace.matching.task import Ints, Task

NEAR = 8
"""One arc in so many is relaxed over and over, the rest now and then."""


class NoFlow(Exception):
    """No flow meets the balance with these pairs."""


@dataclass(frozen=True)
class Arcs:
    """Between mentors (0 …), firms and the hub; mentees are not nodes here."""

    tail: Ints
    head: Ints
    capacity: Ints
    cost: Ints
    supply: Ints
    unmatched: Ints
    gives: Ints
    own: Ints
    hub: int


@dataclass(frozen=True)
class Charges:
    """``Prices`` before limits are put in, as arrays."""

    mentor: Ints
    gives: Ints
    receives: Ints
    balance: Ints
    potential: Ints

    def of_rows(self, task: Task) -> Ints:
        """What each mentee pays whichever mentor they have; with ``of_columns`` the whole charge of a pair."""
        return self.receives[task.row_firm] - self.balance[task.row_firm]

    def of_columns(self, task: Task) -> Ints:
        return self.mentor + self.gives[task.column_firm] + self.balance[task.column_firm]


def arcs_of(task: Task, slack: int = 0) -> Arcs:
    """``slack``: the cost of each unit by which a balance that pins have broken stays broken; 0: it may not."""
    wide, many = task.shape[1], len(task.free)
    if not task.layered:
        only = _split(np.arange(wide), np.full(wide, wide), task.capacity, task.least, task.weights.floor)
        all_ends = np.full(many, wide)
        return _joined([only], np.array([*[0] * wide, -int(task.free.sum())]), all_ends, all_ends, all_ends, wide)
    gives, unmatched = wide + np.arange(many), wide + many + np.arange(many)
    own = wide + 2 * many + np.arange(many) if task.swing else np.full(many, wide + 2 * many)
    hub = int(own[-1]) + 1 if task.swing else wide + 2 * many
    supply = np.zeros(hub + 1, np.int64)
    stay = task.free - task.receives  # so many of each firm stay unmatched whatever happens
    np.add.at(supply, own, stay - task.free)
    supply[unmatched] -= stay
    arcs = [
        _split(np.arange(wide), gives[task.column_firm], task.capacity, task.least, task.weights.floor),
        _split(gives, own, task.gives, task.gives_least, task.weights.floor),
    ]
    costly = np.minimum(task.receives_least, task.receives)
    arcs.append((unmatched, own, task.receives - costly, np.zeros(many, np.int64)))
    arcs.append((unmatched, own, costly, np.full(many, task.weights.floor)))
    if task.swing:
        low, high = task.swing
        start = np.clip(0, low, high)
        np.subtract.at(supply, own, start)
        supply[hub] += int(start.sum())
        arcs.append((own, np.full(many, hub), high - start, np.zeros(many, np.int64)))
        arcs.append((np.full(many, hub), own, start - low, np.zeros(many, np.int64)))
        if slack:
            arcs.append((own, np.full(many, hub), np.maximum(-start, 0), np.full(many, slack)))
            arcs.append((np.full(many, hub), own, np.maximum(start, 0), np.full(many, slack)))
    return _joined(arcs, supply, unmatched, gives, own, hub)


def flow(task: Task, arcs: Arcs, rows: Ints, columns: Ints, value: Ints) -> tuple[NDArray[np.bool_], Ints]:
    """Which of the pairs are chosen, and the flow on ``arcs``. Raises ``NoFlow``."""
    many = task.shape[0]
    solver = bare(task, arcs, rows, columns, value)
    if solver.solve() != solver.OPTIMAL:
        raise NoFlow
    flows = solver.flows(np.arange(len(rows) + many + len(arcs.tail), dtype=np.int32))
    return flows[: len(rows)] > 0, flows[len(rows) + many :]


def bare(task: Task, arcs: Arcs, rows: Ints, columns: Ints, value: Ints) -> min_cost_flow.SimpleMinCostFlow:
    """The network in OR-Tools' own form, not yet solved: first the pairs, then a mentee's staying unmatched, then ``arcs``."""
    many = task.shape[0]
    free = np.ones(many, np.int64)
    free[[task.problem.cohort.row[mentee] for mentee, _mentor in task.problem.pins]] = 0
    most = max(int(value.max(initial=0)), 0)
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([rows, np.arange(many), arcs.tail + many]).astype(np.int32),
        np.concatenate([columns + many, arcs.unmatched[task.row_firm] + many, arcs.head + many]).astype(np.int32),
        np.concatenate([np.ones(len(rows) + many, np.int64), arcs.capacity]),
        np.concatenate([most - value, np.full(many, most), arcs.cost]),
    )
    supply = np.concatenate([free, arcs.supply])
    solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
    return solver


def charges(
    task: Task,
    arcs: Arcs,
    rows: Ints,
    columns: Ints,
    value: Ints,
    chosen: NDArray[np.bool_],
    flows: Ints,
    start: Ints,
) -> Charges:
    """Potentials of the residual network, by relaxing all its arcs at once until none can be. Any ``start`` will do; from a good
    guess they come out near it.

    A mentee's node has a single arc that leads to it in what is left, so it is passed over: their other choices become arcs
    from where they are now.
    """
    many = task.shape[0]
    now, worth = arcs.unmatched[task.row_firm], np.zeros(many, np.int64)
    now[rows[chosen]], worth[rows[chosen]] = columns[chosen], value[chosen]
    matched = rows[chosen]
    onward, back = np.flatnonzero(flows < arcs.capacity), np.flatnonzero(flows > 0)
    # What was chosen leads to where it starts, and costs nothing: it does no harm.
    tail = np.concatenate([now[rows], now[matched], arcs.tail[onward], arcs.head[back]])
    head = np.concatenate([columns, arcs.unmatched[task.row_firm[matched]], arcs.head[onward], arcs.tail[back]])
    cost = np.concatenate([worth[rows] - value, worth[matched], arcs.cost[onward], -arcs.cost[back]])
    potential = _relaxed(tail, head, cost, start)
    gives, unmatched, own = potential[arcs.gives], potential[arcs.unmatched], potential[arcs.own]
    return Charges(
        gives[task.column_firm] - potential[: task.shape[1]],
        own - gives,
        unmatched - own,
        potential[arcs.hub] - own,
        potential,
    )


def _relaxed(tail: Ints, head: Ints, cost: Ints, start: Ints) -> Ints:
    potential = start.copy()
    if not len(head):
        return potential
    beyond = potential[tail] + cost - potential[head]
    # Most arcs will never count: those that may are relaxed until none can be, then all are asked again.
    some = beyond[:: max(len(beyond) // 4096, 1)]
    near = beyond <= max(np.partition(some, len(some) // NEAR)[len(some) // NEAR], 0)
    while True:
        some = np.flatnonzero(near)
        # Small numbers are sorted by their digits, which is many times faster.
        some = some[np.argsort(head[some].astype(np.uint16) if len(start) < 1 << 16 else head[some], kind="stable")]
        _settle(potential, tail[some], head[some], cost[some])
        missed = potential[tail] + cost < potential[head]
        if not missed.any():
            return potential
        near |= missed


def _settle(potential: Ints, tail: Ints, head: Ints, cost: Ints) -> None:
    starts = runs(head)
    reached = head[starts]
    for _round in range(2 * len(potential) + 2):
        best = np.minimum.reduceat(potential[tail] + cost, starts)
        lower = best < potential[reached]
        if not lower.any():
            return
        potential[reached[lower]] = best[lower]
    raise AssertionError("the flow was not the cheapest: a cycle earns")


def runs(numbers: Ints) -> Ints:
    """Where each run of the same number begins."""
    return np.flatnonzero(np.concatenate([[True], numbers[1:] != numbers[:-1]])) if len(numbers) else numbers


def _split(tail: Ints, head: Ints, capacity: Ints, least: Ints, reward: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Arcs whose first ``least`` units earn ``reward`` each."""
    earning = np.minimum(least, capacity)
    some = np.flatnonzero(earning > 0)
    return (
        np.concatenate([tail, tail[some]]),
        np.concatenate([head, head[some]]),
        np.concatenate([capacity - earning, earning[some]]),
        np.concatenate([np.zeros(len(tail), np.int64), np.full(len(some), -reward)]),
    )


def _joined(
    parts: Sequence[tuple[Ints, Ints, Ints, Ints]], supply: Ints, unmatched: Ints, gives: Ints, own: Ints, hub: int
) -> Arcs:
    tail, head, capacity, cost = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Arcs(tail, head, capacity, cost, supply.astype(np.int64), unmatched, gives, own, hub)
