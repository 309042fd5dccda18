"""What could still move in an answer, as a network with whole-number lengths: the ground that every "what if" is measured on.

The prices that prove an answer make the length of every step that is open (forward where there is room, back where something
may be undone) 0 or more, and the length of a circle is exactly what the sum of values loses when everything on it moves by one.
So the cheapest way to force one change is one shortest path; no second solving, and no rounding.
Source: Ahuja, Magnanti and Orlin, *Network Flows* (1993), chapter 9.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from marketplace.matching.circulation import FREE, OUT, Arc, Gain, Nodes, Whole, circulation
from marketplace.matching.model import Grid, Problem
from marketplace.matching.outcome import Result

FAR = 1 << 60
"""Longer than any path: not reached."""

SHUT = -(1 << 61)
"""The worth of a pair that may not be."""


class Residual:
    """The steps that are open. ``barred``: a pair (row, column) that may not be made again.

    Raises ``ValueError`` under limits, which no network knows, and where the prices do not prove the answer.
    """

    def __init__(self, problem: Problem, result: Result) -> None:
        if problem.all_limits:
            raise ValueError("limits are no flow")
        self.problem = problem
        flow = circulation(problem, result)
        self.nodes: Nodes = flow.nodes
        self.grid: Grid = flow.grid
        self.mentor_of: Whole = flow.mentor_of
        self.arcs: dict[tuple[int, int], Arc] = flow.arcs
        self.price: Whole = flow.price
        self.barred: tuple[int, int] | None = None
        self._beside: dict[int, list[tuple[int, int]]] = {}
        for ends in self.arcs:
            for node in ends:
                self._beside.setdefault(node, []).append(ends)
        self._kept: dict[int, list[int]] = {}
        for mentee_id, mentor_id in problem.kept:
            row, column = problem.cohort.row[mentee_id], problem.cohort.column[mentor_id]
            self._kept.setdefault(row, []).append(column)
            self._kept.setdefault(self.nodes.mentors + column, []).append(row)
        if not self._proven():
            raise ValueError("the prices do not prove the answer")

    def occupants(self, column: int) -> Whole:
        """Rows of the mentees who have a mentor without being pinned."""
        return np.flatnonzero(self.mentor_of == column)

    def gain(self, row: int, column: int) -> Gain:
        """What a pair is worth, whatever stands between the two."""
        mentee_id, mentor_id = self.problem.cohort.mentees[row].id, self.problem.cohort.mentors[column].id
        known = int(self.grid[row, column])
        points = known - 1 if known else self.problem.cohort.score(mentee_id, mentor_id)
        return Gain(0, 1, points, int((mentee_id, mentor_id) in self.problem.kept))

    def to_mentors(self, row: int) -> Whole:
        """The length of the step to each mentor, past ``FAR`` where there is none."""
        nodes = self.nodes
        worth = self._worth(self.grid[row], row)
        if self.mentor_of[row] >= 0:
            worth[self.mentor_of[row]] = SHUT
        if self.barred is not None and self.barred[0] == row:
            worth[self.barred[1]] = SHUT
        return self.price[nodes.mentors : nodes.receiving] - self.price[row] - worth

    def to_mentees(self, column: int) -> Whole:
        """The length of the step from each mentee, past ``FAR`` where there is none."""
        nodes = self.nodes
        worth = self._worth(self.grid[:, column], nodes.mentors + column)
        worth[self.mentor_of == column] = SHUT
        if self.barred is not None and self.barred[1] == column:
            worth[self.barred[0]] = SHUT
        return self.price[nodes.mentors + column] - self.price[: nodes.mentors] - worth

    def onward(self, node: int) -> Iterator[tuple[Whole, Whole]]:
        """Nodes that one may step to, and how long each step is; some past ``FAR``."""
        nodes, price = self.nodes, self.price
        if nodes.is_mentee(node):
            yield np.arange(nodes.mentors, nodes.receiving), self.to_mentors(node)
            if self.mentor_of[node] >= 0:
                received = nodes.received_at(node)
                yield _one(received, price[received] - price[node])
            return
        if nodes.is_mentor(node):
            rows = self.occupants(node - nodes.mentors)
            yield rows, self._worth(self.grid[rows, node - nodes.mentors], node, rows) + price[rows] - price[node]
        elif node < nodes.giving:
            rows = np.flatnonzero((nodes.mentee_firm == node - nodes.receiving) & (self.mentor_of == FREE))
            yield rows, price[rows] - price[node]
        yield self._shared(node, 0)

    def back(self, node: int) -> Iterator[tuple[Whole, Whole]]:
        """Nodes that one may step from to get here, and how long each step is; some past ``FAR``."""
        nodes, price = self.nodes, self.price
        if nodes.is_mentee(node):
            column = int(self.mentor_of[node])
            if column >= 0:
                mentor = nodes.mentors + column
                yield _one(mentor, self.value(self.gain(node, column)) + price[node] - price[mentor])
            elif column != OUT:
                received = nodes.received_at(node)
                yield _one(received, price[node] - price[received])
            return
        if nodes.is_mentor(node):
            yield np.arange(nodes.mentors), self.to_mentees(node - nodes.mentors)
        elif node < nodes.giving:
            rows = np.flatnonzero((nodes.mentee_firm == node - nodes.receiving) & (self.mentor_of >= 0))
            yield rows, price[node] - price[rows]
        yield self._shared(node, 1)

    def value(self, gain: Gain) -> int:
        weights = self.problem.weights
        whole = weights.floor * gain.floors + weights.head * gain.pairs
        return whole + weights.score * gain.points + weights.keep * gain.kept

    def pair(self, here: int, there: int) -> tuple[int, int] | None:
        """The ids of the pair that a step makes (from mentee to mentor) or undoes."""
        row, node = min(here, there), max(here, there)
        if not (self.nodes.is_mentee(row) and self.nodes.is_mentor(node)):
            return None
        return self.problem.cohort.mentees[row].id, self.problem.cohort.mentors[node - self.nodes.mentors].id

    def step_gain(self, here: int, there: int) -> Gain:
        """What one step adds."""
        if self.pair(here, there):
            made = self.gain(min(here, there), max(here, there) - self.nodes.mentors)
            return made if here < there else -made
        if (here, there) in self.arcs:
            return Gain(floors=int(self.arcs[here, there].earns))
        if (there, here) in self.arcs:
            return Gain(floors=-int(self.arcs[there, here].owes))
        return Gain()

    def moved(self, path: list[int], walk: Walk) -> Residual:
        """The network after one unit ran in a circle: ``path``, which ``walk`` found forward, closed by a step back that undoes
        a pair. The caller bars the pair.
        """
        after = copy.copy(self)
        after.mentor_of, after.arcs = self.mentor_of.copy(), self.arcs.copy()
        for here, there in pairwise(path):
            if self.nodes.is_mentee(here):
                after.mentor_of[here] = there - self.nodes.mentors if self.nodes.is_mentor(there) else FREE
            elif (here, there) in self.arcs:
                after.arcs[here, there] = self.arcs[here, there].moved(1)
            elif (there, here) in self.arcs:
                after.arcs[there, here] = self.arcs[there, here].moved(-1)
        after.price = self.price - np.minimum(walk.distance, walk.distance[path[-1]])
        return after

    def _worth(self, scores: Grid, node: int, among: Whole | None = None) -> Whole:
        """Of a row or a column of the grid; or, with ``among``, of those places in it."""
        weights = self.problem.weights
        worth: Whole = np.where(scores > 0, scores * np.int64(weights.score) + (weights.head - weights.score), SHUT)
        if node in self._kept:
            if among is None:
                worth[self._kept[node]] += weights.keep
            else:
                worth[np.isin(among, self._kept[node])] += weights.keep
        return worth

    def _shared(self, node: int, end: int) -> tuple[Whole, Whole]:
        """Steps over the arcs beside a node, onward (``end`` 0) or, seen from where they lead, back (1)."""
        found, floor = [], self.problem.weights.floor
        for ends in self._beside.get(node, ()):
            arc, other = self.arcs[ends], ends[1] if ends[0] == node else ends[0]
            forward = ends[end] == node
            if arc.opens if forward else arc.returns:
                length = int(self.price[ends[1]] - self.price[ends[0]])
                found.append((other, length - floor * arc.earns if forward else floor * arc.owes - length))
        whole = np.array(found, np.int64).reshape(-1, 2)
        return whole[:, 0], whole[:, 1]

    def _proven(self) -> bool:
        return all(
            not (lengths < 0).any() for node in range(self.nodes.hub + 1) for _nodes, lengths in self.onward(node)
        )


class Walk:
    """Nodes by their distance from ``start`` (to it, if ``backward``), nearest first; stop whenever enough is known."""

    def __init__(self, residual: Residual, start: int, *, backward: bool = False) -> None:
        self.start, self.backward = start, backward
        self.distance: Whole = np.full(residual.nodes.hub + 1, FAR, np.int64)
        self.distance[start] = 0
        self._before: Whole = np.full(residual.nodes.hub + 1, -1, np.int64)
        self._steps = residual.back if backward else residual.onward

    def __iter__(self) -> Iterator[int]:
        waiting = self.distance.copy()
        while True:
            node = int(waiting.argmin())
            if waiting[node] >= FAR:
                return
            waiting[node] = FAR
            yield node
            here = self.distance[node]
            for nodes, lengths in self._steps(node):
                nearer = np.flatnonzero(here + lengths < self.distance[nodes])
                if len(nearer):
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


def _one(node: int, length: int) -> tuple[Whole, Whole]:
    return np.array([node], np.int64), np.array([length], np.int64)
