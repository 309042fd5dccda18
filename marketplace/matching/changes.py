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

from marketplace.matching.crowding import Crowding
from marketplace.matching.faults import Contradiction
from marketplace.matching.model import MINIMUM, Problem
from marketplace.matching.outcome import Result
from marketplace.matching.residual import Gain, Residual, Walk
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
        row, node = self.problem.cohort.row[mentee_id], self.residual.mentor(self.problem.cohort.column[mentor_id])
        walk = Walk(self.residual, node)
        if walk.to(row) is None:
            return None
        return self._cost(self.residual, self._shift(self.residual, [*walk.path(row), node]))

    def admitting(self, mentee_id: int) -> Cost | None:
        """If a mentee who is left must have somebody: what that costs all others together."""
        if mentee_id not in self.result.unmatched:
            return Cost(0, 0, 0, 0)
        if self.residual is None:
            return self._cheapest(self.with_pair(mentee_id, one.id) for one in self.problem.cohort.mentors)
        row = self.problem.cohort.row[mentee_id]
        received = self.residual.received_at(row)
        walk = Walk(self.residual, row)
        if walk.to(received) is None:
            return None
        return self._cost(self.residual, self._shift(self.residual, walk.path(received)))

    def next_for_mentee(self, mentee_id: int, mentor_id: int) -> Next | None:
        """If the pair is not made: whom the mentee would have at least cost; of equals by score, then by id."""
        others = [(mentee_id, one.id) for one in self.problem.cohort.mentors if one.id != mentor_id]
        return self._next((mentee_id, mentor_id), others, backward=True)

    def next_for_mentor(self, mentee_id: int, mentor_id: int) -> Next | None:
        """If the pair is not made: the mentee, none whom the mentor has already, who would come at least cost."""
        others = [(one.id, mentor_id) for one in self.problem.cohort.mentees]
        return self._next((mentee_id, mentor_id), [pair for pair in others if pair not in self.pairs], backward=False)

    @cached_property
    def _pinned(self) -> frozenset[int]:
        return frozenset(mentee_id for mentee_id, _mentor_id in self.problem.pins)

    def _forbidden(self, residual: Residual, pair: tuple[int, int]) -> tuple[_Shift, Residual] | None:
        """What the network does without the pair, and the network afterwards."""
        row, column = self.problem.cohort.row[pair[0]], self.problem.cohort.column[pair[1]]
        node = residual.mentor(column)
        walk = Walk(residual, row)
        if walk.to(node) is None:
            return None
        path = walk.path(node)
        after = residual.moved(path, walk)
        after.barred = (row, column)
        return self._shift(residual, [*path, row]), after

    def _next(self, pair: tuple[int, int], others: list[tuple[int, int]], *, backward: bool) -> Next | None:
        if pair not in self.pairs:
            raise ValueError(f"{pair} is no pair of the answer")
        if self.residual is None or pair in self.problem.pins:
            return self._next_solved(pair, others, backward=backward)
        forbidden = self._forbidden(self.residual, pair)
        if forbidden is None:
            return None
        shift, after = forbidden
        row, column, cohort = self.problem.cohort.row, self.problem.cohort.column, self.problem.cohort
        allowed = {
            after.mentor(column[j]) if backward else row[i]: (i, j) for i, j in others if after.grid[row[i], column[j]]
        }
        walk = Walk(after, row[pair[0]] if backward else after.mentor(column[pair[1]]), backward=backward)
        best: tuple[int, int, int, int] | None = None
        for node in walk:
            if best is not None and int(walk.distance[node]) > best[0]:
                break
            if node in allowed:
                i, j = allowed[node]
                costs = after.forced(row[i], column[j], int(walk.distance[node]))
                found = (costs, -cohort.score(i, j), j if backward else i, node)
                best = min(best or found, found)
        if best is None:
            return None
        i, j = allowed[best[3]]
        if after.mentor_of[row[i]] != column[j]:
            path = walk.path(best[3])
            shift = shift.then(self._shift(after, [*path, path[0]] if not backward else [path[-1], *path]))
        return Next(best[2], -best[1], self._cost(self.residual, shift))

    def _next_solved(self, pair: tuple[int, int], others: list[tuple[int, int]], *, backward: bool) -> Next | None:
        pins, forbids = self.problem.pins - {pair}, self.problem.forbids | {pair}
        best: tuple[int, int, int] | None = None
        cheapest: Cost | None = None
        for i, j in others:
            if self.problem.obstacles(i, j) or (i, j) in pins or i in self._pinned - {pair[0]}:
                continue
            cost = self._solved(replace(self.problem, pins=pins | {(i, j)}, forbids=forbids))
            if cost is not None:
                found = (self._value(cost), -self.problem.cohort.score(i, j), j if backward else i)
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
