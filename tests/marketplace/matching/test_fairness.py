"""The weakest pair, and how even firms are: what more of either costs."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from marketplace.matching.fairness import balance_curve, lift, worst_pairs
from marketplace.matching.faults import Contradiction
from marketplace.matching.model import Mode, Problem
from marketplace.matching.solver import solve
from tests.marketplace.matching.every_answer import EveryAnswer, Pairs, small_problem


def weakest(problem: Problem, pairs: Pairs) -> int:
    return min((problem.cohort.score(*pair) for pair in pairs - problem.pins), default=10_001)


@pytest.mark.parametrize("seed", range(60))
def test_the_weakest_pair_is_lifted_as_high_as_any_answer_has_it(seed: int) -> None:
    problem = small_problem(seed)
    given = solve(problem)
    if not given.pairs:
        return
    if seed % 3 == 0:
        problem = replace(problem, pins=frozenset({(given.pairs[0].mentee, given.pairs[0].mentor)}))
    spare = seed % 2
    given = solve(problem)
    found, truth = lift(problem, given, spare), EveryAnswer(problem)
    lifted = {(pair.mentee, pair.mentor) for pair in found.result.pairs} - problem.pins
    met, heads, points, _kept = truth.best() or (0, 0, 0, 0)
    fewest = min(max(heads - spare, len(problem.pins) + 1), heads)
    enough = [pairs for pairs, worth in truth.answers.items() if worth[0] >= met and worth[1] >= fewest]
    assert found.least == max(weakest(problem, pairs) for pairs in enough) or not lifted
    best = truth.best(lambda pairs: weakest(problem, pairs) >= found.least)
    assert best is not None and found.proven
    if problem.mode is Mode.headcount_first:
        assert (found.pairs, found.points) == (heads - best[1], points - best[2])
    assert all((pair.mentee, pair.mentor) in problem.pins or pair.score >= found.least for pair in found.result.pairs)
    assert worst_pairs(given)[0].score == min(problem.cohort.score(pair.mentee, pair.mentor) for pair in given.pairs)


@pytest.mark.parametrize("seed", range(40))
def test_a_looser_balance_is_never_worth_less_and_each_step_is_the_best_there_is(seed: int) -> None:
    problem = small_problem(seed)
    pairs = solve(replace(problem, balance=None)).pairs
    if seed % 2 and pairs:
        problem = replace(problem, pins=frozenset({(pairs[0].mentee, pairs[0].mentor)}))
    steps = balance_curve(problem)
    assert [step.balance for step in steps] == list(range(steps[0].balance, steps[-1].balance + 1))
    for step in steps:
        held = replace(problem, balance=step.balance)
        truth = EveryAnswer(held)
        best = truth.best()
        assert best is not None and (step.pairs, step.points) == best[1:3] and step.proven
    for one, other in pairwise(steps):
        assert _rank(problem, one) <= _rank(problem, other)
    unbound = EveryAnswer(replace(problem, balance=None)).best()
    assert unbound is not None and (steps[-1].pairs, steps[-1].points) == unbound[1:3]
    if steps[0].balance:
        with pytest.raises(Contradiction):
            solve(replace(problem, balance=steps[0].balance - 1))


def _rank(problem: Problem, step) -> tuple[int, int, int]:
    if problem.mode is Mode.headcount_first:
        return -step.missing, step.pairs, step.points
    return -step.missing, step.points, step.pairs
