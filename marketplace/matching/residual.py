"""What could still move in an answer, as a network with whole-number lengths: the ground that every "what if" is measured on.

An answer is a circulation: from a firm through what it receives to a mentee, over a pair to a mentor, through what the mentor's
firm gives back to that firm; what a firm gives and receives unevenly runs through a hub. The prices that prove the answer make
the length of every step that is still open (forward where there is room, back where something may be undone) zero or more,
and the length of a circle is exactly what the sum of values loses when everything on it moves by one. So the cheapest way to
force one change is one shortest path; no second solving, and no rounding. Pinned pairs do not move.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.model import Grid, Problem
from marketplace.matching.outcome import Result

FAR = 1 << 62
"""Longer than any path: not reached."""

NO_END = 1 << 40
"""The room of what has no limit."""

FREE, PINNED = -1, -2
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


@dataclass(slots=True)
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


class Walk:
    """Nodes by their distance from ``start`` (to it, if ``backward``), nearest first; stop whenever enough is known."""

    def __init__(self, residual: Residual, start: int, *, backward: bool = False) -> None:
        self.start, self.backward = start, backward
        self.distance: Whole = np.full(residual.size, FAR, np.int64)
        self.distance[start] = 0
        self._before: Whole = np.full(residual.size, -1, np.int64)
        self._residual = residual

    def __iter__(self) -> Iterator[int]:
        waiting = self.distance.copy()
        while True:
            node = int(waiting.argmin())
            if waiting[node] >= FAR:
                return
            waiting[node] = FAR
            yield node
            here = int(self.distance[node])
            for nodes, lengths in self._residual.steps(node, backward=self.backward):
                nearer = here + lengths < self.distance[nodes]
                found = nodes[nearer]
                self._before[found] = node
                self.distance[found] = waiting[found] = here + lengths[nearer]

    def to(self, node: int) -> int | None:
        """The distance of ``node``; None where nothing leads there."""
        for found in self:
            if found == node:
                return int(self.distance[node])
        return None

    def all(self) -> Whole:
        """The distance of every node, ``FAR`` where nothing leads."""
        for _node in self:
            pass
        return self.distance

    def path(self, node: int) -> list[int]:
        """The nodes of a shortest path in the direction in which things move, both ends included."""
        path = [node]
        while path[-1] != self.start:
            path.append(int(self._before[path[-1]]))
        return path if self.backward else path[::-1]


class Residual:
    """Nodes are numbered: mentees by row, then mentors by column, then what each firm receives and gives, the firms, the hub.

    ``mentor_of`` has each mentee's column, ``FREE`` or ``PINNED``. Raises ``ValueError`` if the prices do not prove the answer.
    Source of the method: Ahuja, Magnanti and Orlin, *Network Flows* (1993), chapters 9 and 11.
    """

    def __init__(self, problem: Problem, result: Result) -> None:
        if problem.all_limits or not result.equal:
            raise ValueError("only an answer that its prices prove can be moved by them")
        self.problem = problem
        cohort = problem.cohort
        self.mentees, self.mentors, self.firms = len(cohort.mentees), len(cohort.mentors), len(cohort.firm_ids)
        self.hub = self.mentees + self.mentors + 3 * self.firms
        self.size = self.hub + 1
        self.barred: tuple[int, int] | None = None
        number = {firm_id: place for place, firm_id in enumerate(cohort.firm_ids)}
        self._mentee_firm = np.array([number[one.firm] for one in cohort.mentees], np.int64)
        self._mentor_firm = np.array([number[one.firm] for one in cohort.mentors], np.int64)
        self.grid: Grid = problem.block(0, self.mentees)
        self.mentor_of: Whole = np.full(self.mentees, FREE, np.int64)
        for pair in result.pairs:
            self.mentor_of[cohort.row[pair.mentee]] = cohort.column[pair.mentor]
        pinned = [cohort.row[mentee_id] for mentee_id, _mentor_id in problem.pins]
        self._fixed = {row: int(self.mentor_of[row]) for row in pinned}
        self.grid[pinned] = 0
        self.mentor_of[pinned] = PINNED
        self.arcs = self._shared_arcs()
        self._touching: dict[int, list[Arc]] = {}
        self._index()
        self.price = self._prices(result)
        self._kept: dict[int, list[int]] = {}
        for mentee_id, mentor_id in problem.kept:
            row, column = cohort.row[mentee_id], cohort.column[mentor_id]
            self._kept.setdefault(row, []).append(column)
            self._kept.setdefault(self.mentor(column), []).append(row)

    def mentor(self, column: int) -> int:
        """The node of a mentor."""
        return self.mentees + column

    def receiving(self, firm: int) -> int:
        """The node of what a firm (by its place among ``firm_ids``) receives."""
        return self.mentees + self.mentors + firm

    def giving(self, firm: int) -> int:
        """The node of what it gives."""
        return self.mentees + self.mentors + self.firms + firm

    def firm(self, firm: int) -> int:
        """The firm's own."""
        return self.mentees + self.mentors + 2 * self.firms + firm

    def received_at(self, row: int) -> int:
        """The node through which a mentee's firm receives."""
        return self.receiving(int(self._mentee_firm[row]))

    def given_at(self, column: int) -> int:
        """The node through which a mentor's firm gives."""
        return self.giving(int(self._mentor_firm[column]))

    def gain(self, row: int, column: int) -> Gain:
        """What a pair is worth, whatever stands between the two."""
        mentee_id, mentor_id = self.problem.cohort.mentees[row].id, self.problem.cohort.mentors[column].id
        points = int(self.grid[row, column]) - 1 if self.grid[row, column] else -1
        if points < 0:
            points = self.problem.cohort.score(mentee_id, mentor_id)
        return Gain(0, 1, points, int((mentee_id, mentor_id) in self.problem.kept))

    def value(self, gain: Gain) -> int:
        weights = self.problem.weights
        return (
            weights.floor * gain.floors
            + weights.head * gain.pairs
            + weights.score * gain.points
            + weights.keep * gain.kept
        )

    def steps(self, node: int, *, backward: bool = False) -> Iterator[tuple[Whole, Whole]]:
        """Where one may step from ``node`` (to it, if ``backward``), and how long each step is."""
        found = self._backward(node) if backward else self._forward(node)
        for nodes, lengths in found:
            if (lengths < 0).any():
                raise ValueError("the prices do not prove the answer")
            yield nodes, lengths

    def _forward(self, node: int) -> Iterator[tuple[Whole, Whole]]:
        if node < self.mentees:
            columns, lengths = self._to_mentors(node)
            yield self.mentees + columns, lengths
            if self.mentor_of[node] >= 0:
                received = self.received_at(node)
                yield _one(received, self.price[received] - self.price[node])
            return
        if node < self.mentees + self.mentors:
            rows = np.flatnonzero(self.mentor_of == node - self.mentees)
            gains = np.array([self.value(self.gain(int(row), node - self.mentees)) for row in rows], np.int64)
            yield rows, gains + self.price[rows] - self.price[node]
        elif node < self.giving(0):
            rows = np.flatnonzero((self._mentee_firm == node - self.receiving(0)) & (self.mentor_of == FREE))
            yield rows, self.price[rows] - self.price[node]
        for arc in self._touching.get(node, ()):
            if arc.tail == node and arc.opens:
                yield _one(arc.head, self._forth(arc))
            elif arc.head == node and arc.returns:
                yield _one(arc.tail, self._back(arc))

    def _backward(self, node: int) -> Iterator[tuple[Whole, Whole]]:
        if node < self.mentees:
            column = int(self.mentor_of[node])
            if column >= 0:
                mentor = self.mentor(column)
                yield _one(mentor, self.value(self.gain(node, column)) + self.price[node] - self.price[mentor])
            elif column == FREE:
                received = self.received_at(node)
                yield _one(received, self.price[node] - self.price[received])
            return
        if node < self.mentees + self.mentors:
            yield self._to_mentees(node - self.mentees)
        elif node < self.giving(0):
            rows = np.flatnonzero((self._mentee_firm == node - self.receiving(0)) & (self.mentor_of >= 0))
            yield rows, self.price[node] - self.price[rows]
        for arc in self._touching.get(node, ()):
            if arc.head == node and arc.opens:
                yield _one(arc.tail, self._forth(arc))
            elif arc.tail == node and arc.returns:
                yield _one(arc.head, self._back(arc))

    def _to_mentors(self, row: int) -> tuple[Whole, Whole]:
        return self._open(self.grid[row], row, int(self.mentor_of[row]), self.mentees)

    def _to_mentees(self, column: int) -> tuple[Whole, Whole]:
        node = self.mentor(column)
        open_ = (self.grid[:, column] > 0) & (self.mentor_of != column)
        if self.barred is not None and self.barred[1] == column:
            open_[self.barred[0]] = False
        rows = np.flatnonzero(open_)
        return rows, self.price[node] - self.price[rows] - self._worth(self.grid[rows, column], rows, node)

    def _open(self, scores: Grid, row: int, own: int, offset: int) -> tuple[Whole, Whole]:
        open_ = scores > 0
        if own >= 0:
            open_[own] = False
        if self.barred is not None and self.barred[0] == row:
            open_[self.barred[1]] = False
        columns = np.flatnonzero(open_)
        return columns, self.price[offset + columns] - self.price[row] - self._worth(scores[columns], columns, row)

    def _worth(self, scores: Grid, others: Whole, node: int) -> Whole:
        weights = self.problem.weights
        worth: Whole = weights.head + weights.score * (scores.astype(np.int64) - 1)
        if node in self._kept:
            worth[np.isin(others, self._kept[node])] += weights.keep
        return worth

    def _forth(self, arc: Arc) -> int:
        earned = self.problem.weights.floor if arc.earns else 0
        return int(self.price[arc.head] - self.price[arc.tail]) - earned

    def _back(self, arc: Arc) -> int:
        owed = self.problem.weights.floor if arc.owes else 0
        return int(self.price[arc.tail] - self.price[arc.head]) + owed

    def forced(self, row: int, column: int, back: int) -> int:
        """What it costs that the two are a pair, ``back`` being the distance from the mentor to the mentee."""
        if self.mentor_of[row] == column:
            return 0
        worth = self.value(self.gain(row, column))
        return back + int(self.price[self.mentor(column)] - self.price[row]) - worth

    def pair(self, here: int, there: int) -> tuple[int, int] | None:
        """The ids of the pair that a step makes (from mentee to mentor) or undoes."""
        row, node = min(here, there), max(here, there)
        if row < self.mentees <= node < self.receiving(0):
            return self.problem.cohort.mentees[row].id, self.problem.cohort.mentors[node - self.mentees].id
        return None

    def step_gain(self, here: int, there: int) -> Gain:
        """What one step adds."""
        if here < self.mentees and self.mentees <= there < self.receiving(0):
            return self.gain(here, there - self.mentees)
        if there < self.mentees and self.mentees <= here < self.receiving(0):
            return -self.gain(there, here - self.mentees)
        for arc in self._touching.get(here, ()):
            if (arc.tail, arc.head) == (here, there):
                return Gain(floors=int(arc.earns))
            if (arc.head, arc.tail) == (here, there):
                return Gain(floors=-int(arc.owes))
        return Gain()

    def moved(self, path: list[int], walk: Walk) -> Residual:
        """The network after one unit ran in a circle: ``path``, which ``walk`` found forward, closed by a step back that undoes
        a pair; the caller bars the pair.
        """
        after = copy.copy(self)
        after.mentor_of = self.mentor_of.copy()
        after.arcs = [copy.copy(arc) for arc in self.arcs]
        after._touching = {}
        after._index()
        for here, there in pairwise(path):
            after._move(here, there)
        reach = int(walk.distance[path[-1]])
        after.price = self.price - np.minimum(walk.distance, reach)
        return after

    def _move(self, here: int, there: int) -> None:
        if here < self.mentees and self.mentees <= there < self.receiving(0):
            self.mentor_of[here] = there - self.mentees
        elif here < self.mentees:
            self.mentor_of[here] = FREE
        elif there >= self.mentees:
            for arc in self._touching[here]:
                if (arc.tail, arc.head) == (here, there):
                    arc.used += 1
                elif (arc.head, arc.tail) == (here, there):
                    arc.used -= 1

    def _index(self) -> None:
        for arc in self.arcs:
            self._touching.setdefault(arc.tail, []).append(arc)
            self._touching.setdefault(arc.head, []).append(arc)

    def _shared_arcs(self) -> list[Arc]:
        """Each with what pins leave of it, and with no more room than there are people: the prices say nothing beyond that."""
        problem, cohort = self.problem, self.problem.cohort
        free = [(row, column) for row, column in enumerate(self.mentor_of.tolist()) if column >= 0]
        used, fixed = self._passing(free), self._passing(self._fixed.items())
        arcs = []
        for place, firm_id in enumerate(cohort.firm_ids):
            quota, firm, gives, receives = (
                problem.firm(firm_id),
                self.firm(place),
                self.giving(place),
                self.receiving(place),
            )
            columns = np.flatnonzero(self._mentor_firm == place).tolist()
            places = {column: cohort.mentors[column].capacity - fixed[self.mentor(column)] for column in columns}
            rows = np.flatnonzero((self._mentee_firm == place) & (self.mentor_of != PINNED))
            gives_room = _room(quota.gives, fixed[gives], sum(places.values()))
            receives_room = _room(quota.receives, fixed[receives], len(rows))
            for column, room in places.items():
                node, least = self.mentor(column), cohort.mentors[column].least - fixed[self.mentor(column)]
                arcs.append(Arc(node, gives, used[node], room if gives_room else 0, least=max(least, 0)))
                if not room or not gives_room:
                    self.grid[:, column] = 0
            if not receives_room:
                self.grid[rows] = 0
                self.mentor_of[rows] = PINNED
            least = max(quota.gives_least - fixed[gives], 0)
            arcs.append(Arc(gives, firm, used[gives], gives_room, least=least))
            least = max(quota.receives_least - fixed[receives], 0)
            arcs.append(Arc(firm, receives, used[receives], receives_room, least=least))
            surplus = used[gives] + fixed[gives] - used[receives] - fixed[receives]
            most = NO_END if problem.balance is None else problem.balance
            arcs.append(Arc(firm, self.hub, surplus, most, -most, -most))
        return arcs

    def _passing(self, pairs: Iterable[tuple[int, int]]) -> Counter[int]:
        """How many of the pairs (row, column) pass each node of a mentor, and of what a firm gives and receives."""
        passing: Counter[int] = Counter()
        for row, column in pairs:
            passing.update((self.mentor(column), self.given_at(column), self.received_at(row)))
        return passing

    def _prices(self, result: Result) -> Whole:
        """What one more unit is worth at each node, so that no open step gains."""
        price = np.zeros(self.size, np.int64)
        balance = np.array(result.prices.balance, np.int64)
        at_firm = slice(self.firm(0), self.hub)
        price[at_firm] = balance
        price[self.receiving(0) : self.giving(0)] = balance - np.array(result.prices.receives, np.int64)
        price[self.giving(0) : self.firm(0)] = balance + np.array(result.prices.gives, np.int64)
        price[self.mentees : self.receiving(0)] = price[self.giving(0) : self.firm(0)][self._mentor_firm] + np.array(
            result.prices.mentor, np.int64
        )
        price[: self.mentees] = price[self.receiving(0) : self.giving(0)][self._mentee_firm]
        price[: self.mentees] -= np.array(result.prices.mentee, np.int64)
        return price


def _one(node: int, length: int) -> tuple[Whole, Whole]:
    return np.array([node], np.int64), np.array([length], np.int64)


def _room(most: int | None, fixed: int, people: int) -> int:
    return people if most is None else max(min(most - fixed, people), 0)
