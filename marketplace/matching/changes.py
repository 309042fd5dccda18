"""What each change to a proven answer would cost, exactly: the value of the answer less that of the best one with the change.

Where the answer is a flow, a change is a shortest path in its residual network (``Method.prices``). Under limits, which no flow
knows, and where a pin is let go, the changed problem is solved anew (``Method.solved``): the same figure, more work. Of peers see
``peer_changes``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from marketplace.matching.circulation import Gain, Whole
from marketplace.matching.costs import Cost, Method, Next, Shift, shift_along
from marketplace.matching.crowding import Crowding
from marketplace.matching.faults import Contradiction
from marketplace.matching.model import MINIMUM, Grid, Problem
from marketplace.matching.outcome import Result
from marketplace.matching.residual import FAR, Residual, Walk
from marketplace.matching.solver import solve

SECONDS = 5.0
"""For one change that is solved anew where that takes an integer programme."""

_NOTHING = Cost(0, 0, 0, 0)


class Changes:
    """Every "what if" of one answer. Where None comes back, no answer at all has the change."""

    def __init__(self, problem: Problem, result: Result) -> None:
        self.problem, self.result = problem, result
        self.pairs = frozenset((pair.mentee, pair.mentor) for pair in result.pairs)

    @cached_property
    def residual(self) -> Residual | None:
        """None under limits, and of peers."""
        no_flow = self.problem.all_limits or self.problem.cohort.peers
        return None if no_flow else Residual(self.problem, self.result)

    @cached_property
    def crowding(self) -> Crowding:
        return Crowding(self.problem, self.result)

    def without(self, mentee_id: int, mentor_id: int) -> Cost | None:
        """If the two must not be a pair. A pinned pair is first let go, which may even gain."""
        pair = (mentee_id, mentor_id)
        if pair not in self.pairs:
            return _NOTHING
        if self.residual is None or pair in self.problem.pins:
            return self._solved(self._apart(pair))
        parted = self._parted(self.residual, pair)
        return parted and parted[0].cost()

    def with_pair(self, mentee_id: int, mentor_id: int) -> Cost | None:
        """If the two must be a pair, whatever their score. None too where a rule, a forbid or another pin is in the way."""
        pair = (mentee_id, mentor_id)
        if pair in self.pairs:
            return _NOTHING
        if set(self.problem.obstacles(*pair)) - {MINIMUM} or not self._pinned.isdisjoint(
            self.problem.cohort.once(pair)
        ):
            return None
        if self.residual is None:
            return self._solved(replace(self.problem, pins=self.problem.pins | {pair}))
        row, node = self.problem.cohort.row[mentee_id], self._node(self.residual, mentor_id)
        walk = Walk(self.residual, node)
        if walk.to(row) is None:
            return None
        return shift_along(self.residual, [*walk.path(row), node]).cost()

    def admitting(self, mentee_id: int) -> Cost | None:
        """If a mentee who is left must have somebody: what that costs all others together."""
        if mentee_id not in self.result.unmatched:
            return _NOTHING
        if self.residual is None:
            return self._cheapest([(mentee_id, one.id) for one in self.problem.cohort.mentors])
        row = self.problem.cohort.row[mentee_id]
        received = self.residual.nodes.received_at(row)
        walk = Walk(self.residual, row)
        if walk.to(received) is None:
            return None
        return shift_along(self.residual, walk.path(received)).cost()

    def engaging(self, mentor_id: int) -> Cost | None:
        """If a mentor who has nobody must have somebody."""
        if any(other == mentor_id for _mentee_id, other in self.pairs):
            return _NOTHING
        if self.residual is None:
            return self._cheapest([(one.id, mentor_id) for one in self.problem.cohort.mentees])
        node = self._node(self.residual, mentor_id)
        given = self.residual.nodes.given_at(node - self.residual.nodes.mentors)
        walk = Walk(self.residual, given)
        if not self.residual.arcs[node, given].opens or walk.to(node) is None:
            return None
        return shift_along(self.residual, [*walk.path(node), given]).cost()

    def next_for_mentee(self, mentee_id: int, mentor_id: int) -> Next | None:
        """If the pair is not made: whom the mentee would have at least cost; of equals by score, then by id."""
        pair = self._pair_of_answer(mentee_id, mentor_id)
        cohort = self.problem.cohort
        if self.residual is None:
            return self._next_solved(pair, [(mentee_id, one.id) for one in cohort.mentors if one.id != mentor_id], 1)
        # Another mentor is reason enough to leave this one, but a pin has to be let go first.
        parted = self._unpinned(pair) if pair in self.problem.pins else (Shift(Gain()), self.residual)
        if parted is None:
            return None
        shift, residual = parted
        row, own = cohort.row[mentee_id], int(residual.mentor_of[cohort.row[mentee_id]])
        closing = residual.to_mentors(row)
        if own >= 0 and own != cohort.column[mentor_id]:
            closing[own] = 0
        walk = Walk(residual, row, backward=True)
        best = _nearest(walk, residual.nodes.mentors, closing, residual.grid[row])
        if best is None:
            return None
        column = best - residual.nodes.mentors
        if column != own:
            shift = shift.then(shift_along(residual, [row, *walk.path(best)]))
        return Next(cohort.mentors[column].id, int(residual.grid[row, column]) - 1, shift.cost())

    def next_for_mentor(self, mentee_id: int, mentor_id: int) -> Next | None:
        """If the pair is not made: the mentee, none whom the mentor has already, who would come at least cost."""
        pair = self._pair_of_answer(mentee_id, mentor_id)
        cohort = self.problem.cohort
        had = [one for one, other in self.pairs if other == mentor_id]
        if self.residual is None:
            return self._next_solved(pair, [(one.id, mentor_id) for one in cohort.mentees if one.id not in had], 0)
        parted = self._unpinned(pair) if pair in self.problem.pins else self._parted(self.residual, pair)
        if parted is None:
            return None
        shift, residual = parted
        column = cohort.column[mentor_id]
        closing = residual.to_mentees(column)
        closing[residual.mentor_of == column] = 0  # who came by the first move needs no second
        closing[[cohort.row[one] for one in had]] = FAR
        walk = Walk(residual, self._node(residual, mentor_id))
        best = _nearest(walk, 0, closing, residual.grid[:, column])
        if best is None:
            return None
        if residual.mentor_of[best] != column:
            path = walk.path(best)
            shift = shift.then(shift_along(residual, [*path, path[0]]))
        return Next(cohort.mentees[best].id, int(residual.grid[best, column]) - 1, shift.cost())

    @cached_property
    def _pinned(self) -> frozenset[int]:
        return frozenset(one for pin in self.problem.pins for one in self.problem.cohort.once(pin))

    def _pair_of_answer(self, mentee_id: int, mentor_id: int) -> tuple[int, int]:
        if (mentee_id, mentor_id) not in self.pairs:
            raise ValueError(f"{(mentee_id, mentor_id)} is no pair of the answer")
        return mentee_id, mentor_id

    def _parted(self, residual: Residual, pair: tuple[int, int]) -> tuple[Shift, Residual] | None:
        """What moves when the pair is not made, and the network afterwards."""
        row, node = self.problem.cohort.row[pair[0]], self._node(residual, pair[1])
        walk = Walk(residual, row)
        if walk.to(node) is None:
            return None
        path = walk.path(node)
        after = residual.moved(path, walk)
        after.barred = (row, node - residual.nodes.mentors)
        return shift_along(residual, [*path, row]), after

    def _unpinned(self, pair: tuple[int, int]) -> tuple[Shift, Residual] | None:
        """The same of a pinned pair, which no walk can move."""
        problem = self._apart(pair)
        try:
            result = solve(problem)
        except Contradiction:
            return None
        cost = self._compared(result)
        gain = -Gain(cost.floors, cost.pairs, cost.points, cost.kept)
        return Shift(gain, cost.added, cost.dropped, Method.solved), Residual(problem, result)

    def _apart(self, pair: tuple[int, int]) -> Problem:
        return replace(self.problem, pins=self.problem.pins - {pair}, forbids=self.problem.forbids | {pair})

    def _node(self, residual: Residual, mentor_id: int) -> int:
        return residual.nodes.mentors + self.problem.cohort.column[mentor_id]

    def _next_solved(self, pair: tuple[int, int], others: list[tuple[int, int]], side: int) -> Next | None:
        apart, least = self._apart(pair), {other: self.least(*other) for other in others}
        best: tuple[int, int, int] | None = None
        cheapest: Cost | None = None
        for i, j in sorted(others, key=lambda other: (least[other], other)):
            if best is not None and least[i, j] > best[0]:
                break
            if self.problem.obstacles(i, j) or i in self._pinned - {pair[0]}:
                continue
            cost = self._solved(replace(apart, pins=apart.pins | {(i, j)}))
            if cost is not None:
                found = (self._value(cost), -self.problem.cohort.score(i, j), (i, j)[side])
                if best is None or found < best:
                    best, cheapest = found, cost
        return Next(best[2], -best[1], cheapest) if best is not None and cheapest is not None else None

    def _solved(self, problem: Problem) -> Cost | None:
        try:
            result = solve(replace(problem, seconds=min(problem.seconds, SECONDS)))
        except (Contradiction, TimeoutError):
            return None
        return self._compared(result)

    def _compared(self, result: Result) -> Cost:
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

    def least(self, mentee_id: int, mentor_id: int) -> int:
        """By how much any answer with the pair is worth less than this one, as far as the prices tell."""
        problem, prices = self.problem, self.result.prices
        cohort, pair = problem.cohort, (mentee_id, mentor_id)
        row, column = cohort.row[mentee_id], cohort.column[mentor_id]
        receives, gives = (cohort.firm_ids.index(one.firm) for one in (cohort.mentees[row], cohort.mentors[column]))
        paid = prices.mentee[row] + prices.mentor[column] + prices.gives[gives] + prices.receives[receives]
        paid += prices.balance[gives] - prices.balance[receives]
        paid += sum(
            price * one.uses.get(pair, 0) for one, price in zip(problem.all_limits, prices.limit, strict=True) if price
        )
        return self.result.primal - self.result.dual + paid - problem.value(*pair)

    def _cheapest(self, pairs: Iterable[tuple[int, int]]) -> Cost | None:
        """Of those that could be. Whatever the prices show to be dearer than the best found so far need not be tried."""
        least = {pair: self.least(*pair) for pair in pairs if not self.problem.obstacles(*pair)}
        best: Cost | None = None
        for pair in sorted(least, key=lambda one: (least[one], one)):
            if best is not None and least[pair] >= self._value(best):
                break
            cost = self.with_pair(*pair)
            if cost is not None and (best is None or self._value(cost) < self._value(best)):
                best = cost
        return best

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
