"""Mentees who are more than the places they reach, quotas counted: why no answer has them all."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass

import numpy as np

from marketplace.matching.circulation import NO_END, Arc, Nodes, Whole
from marketplace.matching.facts import Mask
from marketplace.matching.model import Grid, Problem
from marketplace.matching.outcome import Result
from marketplace.matching.residual import FAR, Residual, Walk


class BoundOf(enum.StrEnum):
    """What holds a set of mentees back."""

    mentor = "mentor"
    firm_gives = "firm_gives"
    firm_receives = "firm_receives"
    balance = "balance"
    limit = "limit"
    odd = "odd"
    """Of peers: an odd number who may be paired with each other; ``id`` is the smallest of them."""


@dataclass(frozen=True, slots=True)
class Bound:
    """So many places and no more, pinned ones taken off. ``id``: the mentor's or the firm's; of a limit, its name."""

    of: BoundOf
    id: int | str
    places: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """``mentees`` reach the mentors ``reached`` and no others, and every way there passes one of ``bounds``: ids throughout."""

    mentees: tuple[int, ...]
    reached: tuple[int, ...]
    bounds: tuple[Bound, ...]

    @property
    def places(self) -> int:
        """Fewer than ``mentees``."""
        return sum(bound.places for bound in self.bounds)


@dataclass(frozen=True, slots=True)
class Surplus:
    """``mentors`` with ``room`` for more than the mentees they reach: ``reached`` and, of firms in ``bounds``, so many."""

    mentors: tuple[int, ...]
    room: int
    reached: tuple[int, ...]
    bounds: tuple[Bound, ...]

    @property
    def most(self) -> int:
        """Less than ``room``."""
        return len(self.reached) + sum(bound.places for bound in self.bounds)


class Crowding:
    """The answer as places taken and free. Pinned mentees and what they hold are left out of every count."""

    def __init__(self, problem: Problem, result: Result) -> None:
        cohort = self._cohort = problem.cohort
        self.problem = problem
        self.allowed: Grid = problem.block(0, len(cohort.mentees))
        pinned = frozenset(mentee_id for mentee_id, _mentor_id in problem.pins)
        free = [pair for pair in result.pairs if pair.mentee not in pinned]
        self._column = {cohort.row[pair.mentee]: cohort.column[pair.mentor] for pair in free}
        self._occupants: dict[int, list[int]] = {}
        for row, column in self._column.items():
            self._occupants.setdefault(column, []).append(row)
        self._movable = np.array([one.id not in pinned for one in cohort.mentees], np.bool_)
        fixed = problem.pinned_places
        self.places: Whole = np.array([one.capacity - fixed.get(one.id, 0) for one in cohort.mentors], np.int64)
        mentee_firm = {one.id: one.firm for one in cohort.mentees}
        mentor_firm = {one.id: one.firm for one in cohort.mentors}
        self._given = Counter(mentor_firm[pair.mentor] for pair in free)
        self._received = Counter(mentee_firm[pair.mentee] for pair in free)
        self._pinned_given = Counter(mentor_firm[mentor_id] for _mentee_id, mentor_id in problem.pins)
        self._pinned_received = Counter(mentee_firm[mentee_id] for mentee_id, _mentor_id in problem.pins)

    def choices(self, row: int) -> Whole:
        """Columns of the mentors with a place whom a mentee may have."""
        return np.flatnonzero((self.allowed[row] > 0) & (self.places > 0))

    def around(self, row: int) -> Crowd | None:
        """Whom alternating paths reach from a mentee who is left; None where they come to a free place."""
        rows, columns, givers = [row], set[int](), set[int]()
        seen = {row}
        for here in rows:
            waiting = [column for column in self.choices(here).tolist() if column not in columns]
            while waiting:
                column = waiting.pop()
                if column in columns:
                    continue
                columns.add(column)
                occupants, firm = self._occupants.get(column, []), self._cohort.mentors[column].firm
                if len(occupants) < self.places[column] and firm not in givers:
                    if self._given[firm] < self._may_give(firm):
                        return None
                    givers.add(firm)
                    waiting += [other for other in self._occupants if self._cohort.mentors[other].firm == firm]
                fresh = [occupant for occupant in occupants if occupant not in seen]
                rows += fresh
                seen.update(fresh)
        held = [column for column in sorted(columns) if self._cohort.mentors[column].firm not in givers]
        bounds = [Bound(BoundOf.mentor, self._cohort.mentors[column].id, int(self.places[column])) for column in held]
        bounds += [Bound(BoundOf.firm_gives, firm, self._may_give(firm)) for firm in sorted(givers)]
        return self._crowd(rows, bounds)

    def in_firm(self, row: int) -> Crowd | None:
        """The mentees of one's own firm, where it receives as many as it may."""
        firm = self._cohort.mentees[row].firm
        room = self._may_receive(firm)
        if self._received[firm] < room:
            return None
        rows = [
            other
            for other, one in enumerate(self._cohort.mentees)
            if one.firm == firm and self._movable[other] and self.choices(other).size
        ]
        return self._crowd(rows, [Bound(BoundOf.firm_receives, firm, room)])

    def takers(self, column: int) -> Whole:
        """Rows of the mentees who may have a mentor."""
        return np.flatnonzero((self.allowed[:, column] > 0) & self._movable)

    def beside(self, column: int) -> Surplus | None:
        """The mentors whom alternating paths reach from one who has nobody; None where they come to a mentee who may be taken."""
        firm = self._cohort.mentors[column].firm
        if self._given[firm] >= self._may_give(firm):
            others = [other for other, one in enumerate(self._cohort.mentors) if one.firm == firm]
            return self._surplus(others, [], [Bound(BoundOf.firm_gives, firm, self._may_give(firm))])
        columns, rows, full = [column], set[int](), set[int]()
        for here in columns:
            waiting = self.takers(here).tolist()
            while waiting:
                row = waiting.pop()
                if row in rows:
                    continue
                rows.add(row)
                firm = self._cohort.mentees[row].firm
                if row not in self._column and firm not in full:
                    if self._received[firm] < self._may_receive(firm):
                        return None
                    full.add(firm)
                    waiting += [other for other in self._column if self._cohort.mentees[other].firm == firm]
                if row in self._column and self._column[row] not in columns:
                    columns.append(self._column[row])
        bounds = [Bound(BoundOf.firm_receives, firm, self._may_receive(firm)) for firm in sorted(full)]
        return self._surplus(columns, [row for row in rows if self._cohort.mentees[row].firm not in full], bounds)

    def shut_out(self, residual: Residual, column: int) -> Surplus:
        """Of a mentor whom no answer can have, whoever moves: those whose places nothing can come back from."""
        nodes = residual.nodes
        reached = Walk(residual, nodes.given_at(column)).all() < FAR
        columns = range(len(self._cohort.mentors))
        shut = [one for one in columns if reached[nodes.given_at(one)] and not reached[nodes.mentors + one]]
        return self._surplus(shut, [], self._bounds(residual, reached))

    def unused(self, column: int) -> Surplus:
        """Of a mentor whom limits together keep out of every answer: the limits that count them."""
        mentor_id = self._cohort.mentors[column].id
        limits = [one for one in self.problem.all_limits if any(pair[1] == mentor_id for pair in one.uses)]
        return self._surplus([column], [], [Bound(BoundOf.limit, one.name, 0) for one in limits])

    def shut_in(self, residual: Residual, row: int) -> Crowd:
        """Of a mentee whom no answer can have, whoever moves: those for whom every way to a place ends at a bound without room.

        What goes in a circle within reach (two firms that give each other as many) is no room for who comes from outside it.
        """
        nodes, reached = residual.nodes, Walk(residual, row).all() < FAR
        rows = np.flatnonzero(reached[: nodes.mentors]).tolist()
        return self._crowd(
            [one for one in rows if not reached[nodes.received_at(one)]], self._bounds(residual, reached)
        )

    def _bounds(self, residual: Residual, reached: Mask) -> list[Bound]:
        """What nothing leaves the reached nodes by, however things move."""
        bounds = []
        for (tail, head), arc in residual.arcs.items():
            leaves, enters = reached[tail] and not reached[head], reached[head] and not reached[tail]
            if leaves or (enters and head == residual.nodes.hub):
                bounds += self._shut(residual.nodes, arc)
        return bounds

    def _shut(self, nodes: Nodes, arc: Arc) -> list[Bound]:
        """What an arc stands for, where anybody set it a bound."""
        if nodes.is_mentor(arc.tail):
            return [Bound(BoundOf.mentor, self._cohort.mentors[arc.tail - nodes.mentors].id, 0)]
        gives = arc.tail < nodes.firms
        firm = self._cohort.firm_ids[arc.tail - (nodes.giving if gives else nodes.firms)]
        if arc.head == nodes.hub:
            return [Bound(BoundOf.balance, firm, 0)]
        quota = self.problem.firm(firm)
        if gives:
            return [Bound(BoundOf.firm_gives, firm, 0)] if quota.gives is not None else []
        return [Bound(BoundOf.firm_receives, firm, 0)] if quota.receives is not None else []

    def limited(self, row: int) -> Crowd:
        """Of a mentee whom limits together keep out of every answer: the limits that count them."""
        mentee_id = self._cohort.mentees[row].id
        limits = [one for one in self.problem.all_limits if any(pair[0] == mentee_id for pair in one.uses)]
        return self._crowd([row], [Bound(BoundOf.limit, one.name, 0) for one in limits])

    def in_deficit(self, firm: int) -> bool:
        """Whether a firm receives as much more than it gives as the balance lets it."""
        return self.problem.balance is not None and -self._surplus_of(firm) >= self.problem.balance

    def in_surplus(self, firm: int) -> bool:
        """Whether it gives as much more than it receives as the balance lets it."""
        return self.problem.balance is not None and self._surplus_of(firm) >= self.problem.balance

    def _surplus_of(self, firm: int) -> int:
        given = self._given[firm] + self._pinned_given[firm]
        return given - self._received[firm] - self._pinned_received[firm]

    def _may_give(self, firm: int) -> int:
        most = self.problem.firm(firm).gives
        return NO_END if most is None else max(most - self._pinned_given[firm], 0)

    def _may_receive(self, firm: int) -> int:
        most = self.problem.firm(firm).receives
        return NO_END if most is None else max(most - self._pinned_received[firm], 0)

    def _surplus(self, columns: list[int], rows: list[int], bounds: list[Bound]) -> Surplus:
        able = [column for column in sorted(columns) if self.places[column] > 0 and self.takers(column).size]
        return Surplus(
            tuple(self._cohort.mentors[column].id for column in able),
            int(self.places[able].sum()),
            tuple(sorted(self._cohort.mentees[row].id for row in rows)),
            tuple(bounds),
        )

    def _crowd(self, rows: list[int], bounds: list[Bound]) -> Crowd:
        columns = np.flatnonzero((self.allowed[rows] > 0).any(axis=0) & (self.places > 0)).tolist()
        return Crowd(
            tuple(sorted(self._cohort.mentees[row].id for row in rows)),
            tuple(self._cohort.mentors[column].id for column in columns),
            tuple(bounds),
        )
