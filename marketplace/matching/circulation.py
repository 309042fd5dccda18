"""An answer as a circulation: from a firm through what it receives to a mentee, over a pair to a mentor, through what the
mentor's firm gives back to that firm; what a firm gives and receives unevenly runs through a hub. Pinned pairs do not flow; what
they use is taken off everything they pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.model import Cohort, Grid, Problem
from marketplace.matching.outcome import Prices, Result

NO_END = 1 << 40
"""The room of what has no limit."""

FREE, OUT = -1, -2
"""In place of a mentor's column: without a pair; out of play, as pinned or of a firm that may receive nobody more."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gain:
    """What a step or a path adds, in the terms of ``model.Weights``; below 0 where it loses."""

    floors: int = 0
    pairs: int = 0
    points: int = 0
    kept: int = 0

    def __add__(self, other: Gain) -> Gain:
        return Gain(
            self.floors + other.floors,
            self.pairs + other.pairs,
            self.points + other.points,
            self.kept + other.kept,
        )

    def __neg__(self) -> Gain:
        return Gain(-self.floors, -self.pairs, -self.points, -self.kept)


@dataclass(frozen=True, slots=True)
class Arc:
    """One that many pass: ``used`` between ``lowest`` and ``most``, each of the first ``least`` earning a floor's worth."""

    tail: int
    head: int
    used: int
    most: int
    lowest: int = 0
    least: int = 0

    @property
    def opens(self) -> bool:
        return self.used < self.most

    @property
    def returns(self) -> bool:
        return self.used > self.lowest

    @property
    def earns(self) -> bool:
        """Whether one more would meet a floor."""
        return self.lowest <= self.used < self.least

    @property
    def owes(self) -> bool:
        """Whether one fewer would miss one."""
        return self.lowest < self.used <= self.least

    def moved(self, units: int) -> Arc:
        return replace(self, used=self.used + units)


class Nodes:
    """Numbers: mentees by row, mentors by column, what each firm receives, what each gives, the firms, the hub."""

    def __init__(self, cohort: Cohort) -> None:
        place = {firm_id: number for number, firm_id in enumerate(cohort.firm_ids)}
        self.mentee_firm: Whole = np.array([place[one.firm] for one in cohort.mentees], np.int64)
        self.mentor_firm: Whole = np.array([place[one.firm] for one in cohort.mentors], np.int64)
        self.mentors = len(cohort.mentees)
        self.receiving = self.mentors + len(cohort.mentors)
        self.giving = self.receiving + len(place)
        self.firms = self.giving + len(place)
        self.hub = self.firms + len(place)

    def is_mentee(self, node: int) -> bool:
        return node < self.mentors

    def is_mentor(self, node: int) -> bool:
        return self.mentors <= node < self.receiving

    def received_at(self, row: int) -> int:
        """The node through which a mentee's firm receives."""
        return self.receiving + int(self.mentee_firm[row])

    def given_at(self, column: int) -> int:
        """The node through which a mentor's firm gives."""
        return self.giving + int(self.mentor_firm[column])


@dataclass(frozen=True)
class Circulation:
    """``grid`` as in ``model``, 0 too where a pair cannot flow at all; ``mentor_of``: each mentee's column, ``FREE`` or
    ``OUT``; ``arcs`` by their ends; ``price`` of every node.
    """

    nodes: Nodes
    grid: Grid
    mentor_of: Whole
    arcs: dict[tuple[int, int], Arc]
    price: Whole


def circulation(problem: Problem, result: Result) -> Circulation:
    """With the price of every node, such that no step that is still open gains."""
    cohort, nodes = problem.cohort, Nodes(problem.cohort)
    grid = problem.block(0, len(cohort.mentees))
    mentor_of: Whole = np.full(len(cohort.mentees), FREE, np.int64)
    for pair in result.pairs:
        mentor_of[cohort.row[pair.mentee]] = cohort.column[pair.mentor]
    pinned = [(cohort.row[mentee_id], cohort.column[mentor_id]) for mentee_id, mentor_id in problem.pins]
    mentor_of[[row for row, _column in pinned]] = OUT
    fixed = _passing(nodes, pinned)
    used = _passing(nodes, [(row, column) for row, column in enumerate(mentor_of.tolist()) if column >= 0])
    arcs = _arcs(problem, nodes, used, fixed, mentor_of)
    for (tail, head), arc in arcs.items():
        if nodes.is_mentor(tail) and not arc.most:
            grid[:, tail - nodes.mentors] = 0
        elif nodes.receiving <= head < nodes.giving and not arc.most:
            mentor_of[nodes.mentee_firm == head - nodes.receiving] = OUT
    grid[mentor_of == OUT] = 0
    return Circulation(nodes, grid, mentor_of, arcs, _prices(nodes, result.prices))


def _passing(nodes: Nodes, pairs: Iterable[tuple[int, int]]) -> Counter[int]:
    """How many of the pairs (row, column) pass each node of a mentor, and of what a firm gives and receives."""
    passing: Counter[int] = Counter()
    for row, column in pairs:
        passing.update((nodes.mentors + column, nodes.given_at(column), nodes.received_at(row)))
    return passing


def _arcs(
    problem: Problem, nodes: Nodes, used: Counter[int], fixed: Counter[int], mentor_of: Whole
) -> dict[tuple[int, int], Arc]:
    """With no more room than there are people: beyond that, prices say nothing."""
    cohort, arcs = problem.cohort, dict[tuple[int, int], Arc]()

    def add(tail: int, head: int, through: int, most: int, least: int) -> None:
        arcs[tail, head] = Arc(tail, head, used[through], most, least=max(least - fixed[through], 0))

    places = [one.capacity - fixed[nodes.mentors + column] for column, one in enumerate(cohort.mentors)]
    offered = np.bincount(nodes.mentor_firm, places, len(cohort.firm_ids)).astype(np.int64).tolist()
    seeking = np.bincount(nodes.mentee_firm[mentor_of != OUT], minlength=len(cohort.firm_ids)).tolist()
    for number, firm_id in enumerate(cohort.firm_ids):
        quota = problem.firm(firm_id)
        firm, gives, receives = nodes.firms + number, nodes.giving + number, nodes.receiving + number
        add(gives, firm, gives, _room(quota.gives, fixed[gives], offered[number]), quota.gives_least)
        add(firm, receives, receives, _room(quota.receives, fixed[receives], seeking[number]), quota.receives_least)
        surplus = used[gives] + fixed[gives] - used[receives] - fixed[receives]
        most = NO_END if problem.balance is None else problem.balance
        arcs[firm, nodes.hub] = Arc(firm, nodes.hub, surplus, most, -most, -most)
    for column, one in enumerate(cohort.mentors):
        node, gives = nodes.mentors + column, nodes.given_at(column)
        open_ = arcs[gives, gives - nodes.giving + nodes.firms].most > 0
        add(node, gives, node, places[column] if open_ else 0, one.least)
    return arcs


def _room(most: int | None, fixed: int, people: int) -> int:
    return people if most is None else max(min(most - fixed, people), 0)


def _prices(nodes: Nodes, prices: Prices) -> Whole:
    price = np.zeros(nodes.hub + 1, np.int64)
    firms, receiving = np.array(prices.balance, np.int64), slice(nodes.receiving, nodes.giving)
    giving = slice(nodes.giving, nodes.firms)
    price[nodes.firms : nodes.hub] = firms
    price[receiving] = firms - np.array(prices.receives, np.int64)
    price[giving] = firms + np.array(prices.gives, np.int64)
    price[nodes.mentors : nodes.receiving] = price[giving][nodes.mentor_firm] + np.array(prices.mentor, np.int64)
    price[: nodes.mentors] = price[receiving][nodes.mentee_firm] - np.array(prices.mentee, np.int64)
    return price
