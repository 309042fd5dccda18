"""Every "what if" of an answer of peers, each solved anew: no network of flows holds their pairs."""

from __future__ import annotations

from functools import cached_property

from marketplace.matching.changes import Changes
from marketplace.matching.costs import Cost, Next
from marketplace.matching.faults import Contradiction
from marketplace.matching.model import Problem
from marketplace.matching.outcome import Result
from marketplace.matching.peer_crowding import PeerCrowding
from marketplace.matching.peers import spare
from marketplace.matching.solver import solve


def changes_of(problem: Problem, result: Result) -> Changes:
    """As befits the cohort."""
    return PeerChanges(problem, result) if problem.cohort.peers else Changes(problem, result)


class PeerChanges(Changes):
    """``Changes`` of people who are all on both sides. Next is whoever the best answer without the pair has instead."""

    def __init__(self, problem: Problem, result: Result) -> None:
        super().__init__(problem, result)
        self._without: dict[tuple[int, int], Result | None] = {}

    @cached_property
    def crowding(self) -> PeerCrowding:
        return PeerCrowding(self.problem, self.result)

    def without(self, mentee_id: int, mentor_id: int) -> Cost | None:
        found = self._best_without(self._pair_of_answer(mentee_id, mentor_id))
        return None if found is None else self._compared(found)

    def next_for_mentee(self, mentee_id: int, mentor_id: int) -> Next | None:
        return self._next(mentee_id, mentor_id, mentee_id)

    def next_for_mentor(self, mentee_id: int, mentor_id: int) -> Next | None:
        return self._next(mentee_id, mentor_id, mentor_id)

    def admitting(self, mentee_id: int) -> Cost | None:
        if mentee_id not in self.result.unmatched:
            return super().admitting(mentee_id)
        return self._cheapest([(mentee_id, one.id) for one in self.problem.cohort.mentors if one.id != mentee_id])

    def least(self, mentee_id: int, mentor_id: int) -> int:
        return self.result.primal - self.result.dual + spare(self.problem, self.result, mentee_id, mentor_id) // 2

    def _best_without(self, pair: tuple[int, int]) -> Result | None:
        if pair not in self._without:
            try:
                self._without[pair] = solve(self._apart(pair))
            except Contradiction:
                self._without[pair] = None
        return self._without[pair]

    def _next(self, mentee_id: int, mentor_id: int, who: int) -> Next | None:
        found = self._best_without(self._pair_of_answer(mentee_id, mentor_id))
        if found is None:
            return None
        pair = next((one for one in found.pairs if who in one[:2]), None)
        if pair is None:
            return None
        return Next(pair.mentor if pair.mentee == who else pair.mentee, pair.score, self._compared(found))
