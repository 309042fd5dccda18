"""What each change to a proven answer would cost, exactly: the value of the answer less that of the best one with the change.

Where the answer is a flow, a change is a shortest path in its residual network (``Method.prices``). Under limits, which no flow
knows, and where a pin is let go, the changed problem is solved anew (``Method.solved``): the same figure, more work.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from marketplace.matching.circulation import Gain, Whole
from marketplace.matching.crowding import Crowding
from marketplace.matching.faults import Contradiction
from marketplace.matching.model import MINIMUM, Grid, Problem
from marketplace.matching.outcome import Result
from marketplace.matching.residual import FAR, Residual, Walk
from marketplace.matching.solver import solve


class Method(enum.StrEnum):
    """How a cost was found."""

    prices = "prices"
    solved = "solved"


@dataclass(frozen=True, slots=True)
class Cost:
    """By how much the best answer with a change falls below the answer: places of floors, pairs, points, pairs proposed before.

    A part is below 0 where the change brings some of it and loses what comes first. ``dropped`` and ``added`` are all pairs in
    which one such answer differs. Not ``proven`` where integer programming ran out of time: then it costs that much at most.
    """

    floors: int
    pairs: int
    points: int
    kept: int
    method: Method = Method.prices
    dropped: tuple[tuple[int, int], ...] = ()
    added: tuple[tuple[int, int], ...] = ()
    proven: bool = True

    @property
    def nothing(self) -> bool:
        """Whether an answer with the change is just as good."""
        return not (self.floors or self.pairs or self.points or self.kept)


@dataclass(frozen=True, slots=True)
class Next:
    """Who would be next if a pair is not made, and what not making it and making this one instead costs together."""

    member: int
    score: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class _Shift:
    """What a path adds, and over which nodes it runs."""

    gain: Gain
    paths: tuple[tuple[int, ...], ...]

    def then(self, other: _Shift) -> _Shift:
        return _Shift(self.gain + other.gain, self.paths + other.paths)


class Changes:
    """Every "what if" of one answer. Where None comes back, no answer at all has the change."""

    def __init__(self, problem: Problem, result: Result) -> None:
        self.problem, self.result = problem, result
        self.pairs = frozenset((pair.mentee, pair.mentor) for pair in result.pairs)

    @cached_property
    def residual(self) -> Residual | None:
        """None under limits."""
        return None if self.problem.all_limits else Residual(self.problem, self.result)

    @cached_property
    def crowding(self) -> Crowding:
        return Crowding(self.problem, self.result)

    def without(self, mentee_id: int, mentor_id: int) -> Cost | None:
        """If the two must not be a pair. A pinned pair is first let go, which may even gain."""
        pair = (mentee_id, mentor_id)
        if pair not in self.pairs:
            return Cost(0, 0, 0, 0)
        if self.residual is None or pair in self.problem.pins:
            return self._solved(
                replace(self.problem, pins=self.problem.pins - {pair}, forbids=self.problem.forbids | {pair})
            )
        forbidden = self._forbidden(self.residual, pair)
        return forbidden and self._cost(self.residual, forbidden[0])

    def with_pair(self, mentee_id: int, mentor_id: int) -> Cost | None:
        """If the two must be a pair, whatever their score. None too where a rule, a forbid or another pin is in the way."""
        pair = (mentee_id, mentor_id)
        if pair in self.pairs:
            return Cost(0, 0, 0, 0)
        if set(self.problem.obstacles(*pair)) - {MINIMUM} or mentee_id in self._pinned:
            return None
        if self.residual is None:
            return self._solved(replace(self.problem, pins=self.problem.pins | {pair}))
        row, node = self.problem.cohort.row[mentee_id], self._node(self.residual, mentor_id)
        walk = Walk(self.residual, node)
        if walk.to(row) is None:
            return None
        return self._cost(self.residual, self._shift(self.residual, [*walk.path(row), node]))

    def admitting(self, mentee_id: int) -> Cost | None:
        """If a mentee who is left must have somebody: what that costs all others together."""
        if mentee_id not in self.result.unmatched:
            return Cost(0, 0, 0, 0)
        if self.residual is None:
            choices = [(mentee_id, one.id) for one in self.problem.cohort.mentors]
            return self._cheapest(self.with_pair(*pair) for pair in choices if not self.problem.obstacles(*pair))
        row = self.problem.cohort.row[mentee_id]
        received = self.residual.nodes.received_at(row)
        walk = Walk(self.residual, row)
        if walk.to(received) is None:
            return None
        return self._cost(self.residual, self._shift(self.residual, walk.path(received)))

    def next_for_mentee(self, mentee_id: int, mentor_id: int) -> Next | None:
        """If the pair is not made: whom the mentee would have at least cost; of equals by score, then by id."""
        pair = (mentee_id, mentor_id)
        residual = self._residual_for(pair)
        if residual is None:
            others = [(mentee_id, one.id) for one in self.problem.cohort.mentors if one.id != mentor_id]
            return self._next_solved(pair, others, 1)
        row = self.problem.cohort.row[mentee_id]
        walk = Walk(residual, row, backward=True)
        best = _nearest(walk, residual.nodes.mentors, residual.to_mentors(row), residual.grid[row])
        if best is None:
            return None
        cost = self._cost(residual, self._shift(residual, [row, *walk.path(best)]))
        column = best - residual.nodes.mentors
        return Next(self.problem.cohort.mentors[column].id, int(residual.grid[row, column]) - 1, cost)

    def next_for_mentor(self, mentee_id: int, mentor_id: int) -> Next | None:
        """If the pair is not made: the mentee, none whom the mentor has already, who would come at least cost."""
        pair = (mentee_id, mentor_id)
        first = self._residual_for(pair)
        if first is None:
            others = [
                (one.id, mentor_id) for one in self.problem.cohort.mentees if (one.id, mentor_id) not in self.pairs
            ]
            return self._next_solved(pair, others, 0)
        column = self.problem.cohort.column[mentor_id]
        forbidden = self._forbidden(first, pair)
        if forbidden is None:
            return None
        shift, residual = forbidden
        walk = Walk(residual, self._node(residual, mentor_id))
        lengths = residual.to_mentees(column)
        lengths[residual.occupants(column)] = 0  # who came by the first move needs no second
        lengths[first.occupants(column)] = FAR
        best = _nearest(walk, 0, lengths, residual.grid[:, column])
        if best is None:
            return None
        if residual.mentor_of[best] != column:
            path = walk.path(best)
            shift = shift.then(self._shift(residual, [*path, path[0]]))
        mentee = self.problem.cohort.mentees[best].id
        return Next(mentee, int(residual.grid[best, column]) - 1, self._cost(residual, shift))

    @cached_property
    def _pinned(self) -> frozenset[int]:
        return frozenset(mentee_id for mentee_id, _mentor_id in self.problem.pins)

    def _forbidden(self, residual: Residual, pair: tuple[int, int]) -> tuple[_Shift, Residual] | None:
        """What the network does without the pair, and the network afterwards."""
        row, column = self.problem.cohort.row[pair[0]], self.problem.cohort.column[pair[1]]
        node = residual.nodes.mentors + column
        walk = Walk(residual, row)
        if walk.to(node) is None:
            return None
        path = walk.path(node)
        after = residual.moved(path, walk)
        after.barred = (row, column)
        return self._shift(residual, [*path, row]), after

    def _residual_for(self, pair: tuple[int, int]) -> Residual | None:
        if pair not in self.pairs:
            raise ValueError(f"{pair} is no pair of the answer")
        return None if pair in self.problem.pins else self.residual

    def _node(self, residual: Residual, mentor_id: int) -> int:
        return residual.nodes.mentors + self.problem.cohort.column[mentor_id]

    def _next_solved(self, pair: tuple[int, int], others: list[tuple[int, int]], side: int) -> Next | None:
        pins, forbids = self.problem.pins - {pair}, self.problem.forbids | {pair}
        best: tuple[int, int, int] | None = None
        cheapest: Cost | None = None
        for i, j in others:
            if self.problem.obstacles(i, j) or (i, j) in pins or i in self._pinned - {pair[0]}:
                continue
            cost = self._solved(replace(self.problem, pins=pins | {(i, j)}, forbids=forbids))
            if cost is not None:
                found = (self._value(cost), -self.problem.cohort.score(i, j), (i, j)[side])
                if best is None or found < best:
                    best, cheapest = found, cost
        return Next(best[2], -best[1], cheapest) if best is not None and cheapest is not None else None

    def _shift(self, residual: Residual, path: list[int]) -> _Shift:
        gain = Gain()
        for here, there in pairwise(path):
            gain += residual.step_gain(here, there)
        return _Shift(gain, (tuple(path),))

    def _cost(self, residual: Residual, shift: _Shift) -> Cost:
        moves: Counter[tuple[int, int]] = Counter()
        for path in shift.paths:
            for here, there in pairwise(path):
                pair = residual.pair(here, there)
                if pair is not None:
                    moves[pair] += 1 if here < there else -1
        gain = shift.gain
        return Cost(
            -gain.floors,
            -gain.pairs,
            -gain.points,
            -gain.kept,
            dropped=tuple(sorted(pair for pair, times in moves.items() if times < 0)),
            added=tuple(sorted(pair for pair, times in moves.items() if times > 0)),
        )

    def _solved(self, problem: Problem) -> Cost | None:
        try:
            result = solve(problem)
        except Contradiction:
            return None
        pairs = frozenset((pair.mentee, pair.mentor) for pair in result.pairs)
        return Cost(
            sum(one.missing for one in result.shortfalls) - sum(one.missing for one in self.result.shortfalls),
            self.result.heads - result.heads,
            self.result.score - result.score,
            len(self.pairs & self.problem.kept) - len(pairs & self.problem.kept),
            Method.solved,
            tuple(sorted(self.pairs - pairs)),
            tuple(sorted(pairs - self.pairs)),
            self.result.optimal and result.optimal,
        )

    def _cheapest(self, costs: Iterable[Cost | None]) -> Cost | None:
        return min((cost for cost in costs if cost is not None), key=self._value, default=None)

    def _value(self, cost: Cost) -> int:
        weights = self.problem.weights
        return (
            weights.floor * cost.floors
            + weights.head * cost.pairs
            + weights.score * cost.points
            + weights.keep * cost.kept
        )


def _nearest(walk: Walk, offset: int, closing: Whole, grid: Grid) -> int | None:
    """The node that makes the shortest circle with its ``closing`` step; of equals that with the highest score, then the first.

    A node's place in ``closing`` and ``grid`` is its number less ``offset``.
    """
    best: tuple[int, int, int] | None = None
    for node in walk:
        distance, place = int(walk.distance[node]), node - offset
        if best is not None and distance > best[0]:
            break
        if 0 <= place < len(closing) and closing[place] < FAR:
            found = (distance + int(closing[place]), -int(grid[place]), node)
            best = found if best is None else min(best, found)
    return None if best is None else best[2]
