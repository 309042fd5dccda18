"""What a change costs is the difference of two optima, whichever way it was found."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from marketplace.matching.changes import Changes, Cost, Method
from marketplace.matching.model import MINIMUM, Limit, Problem
from marketplace.matching.solver import solve
from tests.marketplace.matching.every_answer import EveryAnswer, Worth, small_problem


def worth(cost: Cost | None) -> Worth | None:
    return None if cost is None else (cost.floors, cost.pairs, cost.points, cost.kept)


def less(best: Worth, other: Worth | None) -> Worth | None:
    return None if other is None else tuple(one - two for one, two in zip(best, other, strict=True))


def an_answer_with(truth: EveryAnswer, changes: Changes, cost: Cost | None, wanted: Worth | None) -> bool:
    """Whether ``dropped`` and ``added`` lead to an answer that costs as much as is said."""
    if cost is None:
        return wanted is None
    pairs = (changes.pairs - set(cost.dropped)) | set(cost.added)
    return truth.answers.get(pairs) == wanted


def with_a_pin(problem: Problem, seed: int) -> Problem:
    """Every third problem with a pair of its answer pinned."""
    pairs = solve(problem).pairs
    if seed % 3 or not pairs:
        return problem
    return replace(problem, pins=frozenset({(pairs[0].mentee, pairs[0].mentor)}))


@pytest.mark.parametrize("start", range(0, 240, 40))
def test_every_change_costs_the_difference_of_two_optima(start: int) -> None:
    for seed in range(start, start + 40):
        problem = with_a_pin(small_problem(seed), seed)
        changes = Changes(problem, solve(problem))
        cohort = problem.cohort
        every = [(one.id, other.id) for one in cohort.mentees for other in cohort.mentors]
        low = frozenset(pair for pair in every if problem.obstacles(*pair) == (MINIMUM,))
        truth = EveryAnswer(problem)
        best = truth.best()
        assert best is not None and truth.answers[changes.pairs] == best, seed
        for pair in sorted(changes.pairs - problem.pins):
            apart = truth.best(lambda pairs, pair=pair: pair not in pairs)
            cost = changes.without(*pair)
            assert worth(cost) == less(best, apart), (seed, pair)
            assert an_answer_with(truth, changes, cost, apart)
        for pair in every:
            wide = EveryAnswer(problem, frozenset({pair})) if pair in low else truth
            together = wide.best(lambda pairs, pair=pair: pair in pairs)
            cost = changes.with_pair(*pair)
            assert worth(cost) == less(best, together), (seed, pair)
            assert an_answer_with(wide, changes, cost, together)
        for mentee in changes.result.unmatched:
            within = truth.best(lambda pairs, mentee=mentee: any(one == mentee for one, _ in pairs))
            cost = changes.admitting(mentee)
            assert worth(cost) == less(best, within), (seed, mentee)
            assert an_answer_with(truth, changes, cost, within)


@pytest.mark.parametrize("start", range(0, 120, 40))
def test_who_would_be_next_is_who_costs_least_once_the_pair_is_not_made(start: int) -> None:
    for seed in range(start, start + 40):
        problem = small_problem(seed)
        changes, truth = Changes(problem, solve(problem)), EveryAnswer(problem)
        best = truth.best()
        for mentee, mentor in sorted(changes.pairs):
            for side, found, others in (
                (1, changes.next_for_mentee(mentee, mentor), [(mentee, j.id) for j in problem.cohort.mentors]),
                (0, changes.next_for_mentor(mentee, mentor), [(i.id, mentor) for i in problem.cohort.mentees]),
            ):
                new = [other for other in others if other not in changes.pairs]
                known = [(answer, other) for other in new if (answer := instead(truth, (mentee, mentor), other))]
                if found is None:
                    assert not known, seed
                    continue
                answer, other = max(known, key=partial(_first, truth, side))
                assert (found.member, worth(found.cost)) == (other[side], less(best, answer)), (seed, mentee, mentor)
                assert found.score == problem.cohort.score(*other)
                assert an_answer_with(truth, changes, found.cost, answer)


def instead(truth: EveryAnswer, pair: tuple[int, int], other: tuple[int, int]) -> Worth | None:
    return truth.best(lambda pairs: pair not in pairs and other in pairs)


def _first(truth: EveryAnswer, side: int, one: tuple[Worth, tuple[int, int]]) -> tuple[Worth, int, int]:
    return truth.rank(one[0]), truth.problem.cohort.score(*one[1]), -one[1][side]


@pytest.mark.parametrize("seed", range(12))
def test_solving_anew_and_walking_the_prices_say_the_same(seed: int) -> None:
    problem = small_problem(seed)
    walked = Changes(problem, solve(problem))
    # A limit that nothing reaches: the same problem, and no flow.
    loose = replace(
        problem, limits=(Limit("loose", 99, {(problem.cohort.mentees[0].id, problem.cohort.mentors[0].id): 1}),)
    )
    solved = Changes(loose, solve(loose))
    for pair in sorted(walked.pairs & solved.pairs):
        asked = [
            (one.without(*pair), one.next_for_mentee(*pair), one.next_for_mentor(*pair)) for one in (walked, solved)
        ]
        assert worth(asked[0][0]) == worth(asked[1][0])
        assert [one and (one.member, worth(one.cost)) for one in asked[0][1:]] == [
            one and (one.member, worth(one.cost)) for one in asked[1][1:]
        ]
        assert asked[0][0] is None or (asked[0][0].method, asked[1][0].method) == (Method.prices, Method.solved)
    for mentee in set(walked.result.unmatched) & set(solved.result.unmatched):
        assert worth(walked.admitting(mentee)) == worth(solved.admitting(mentee))
