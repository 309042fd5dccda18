"""Two change places: at once it is plain sums, and the best match around it is what every answer says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marketplace.matching.fairness import balance_curve, price_of
from marketplace.matching.solver import solve
from marketplace.matching.swaps import around, swap
from tests.marketplace.matching.every_answer import EveryAnswer, small_problem


@pytest.mark.parametrize("seed", range(30))
def test_a_swap_is_what_its_pairs_are_worth_and_the_best_around_it_is_the_best_there_is(seed: int) -> None:
    problem = small_problem(seed, plain=True)
    given = solve(problem)
    pairs = [(one.mentee, one.mentor) for one in given.pairs]
    alone: list[tuple[int | None, int | None]] = [(mentee, None) for mentee in given.unmatched]
    tried = 0
    for first in pairs:
        for second in (*pairs, *alone):
            if second[0] == first[0] or second[1] == first[1]:
                continue
            change = swap(problem, first, second)
            has = {pair for pair in pairs if pair not in (first, second)} | {(a.mentee, a.mentor) for a in change.made}
            assert change.points == sum(problem.cohort.score(*pair) for pair in has) - given.score
            assert change.pairs == len(has) - given.heads
            assert change.is_allowed == all(
                not set(problem.obstacles(one.mentee, one.mentor)) - {"forbidden", "minimum"} for one in change.made
            )
            if not change.is_allowed:
                continue
            made = {(one.mentee, one.mentor) for one in change.made}
            moved = {one[0] for one in made} | {one.mentee for one in change.parted}
            held = replace(
                problem,
                pins=frozenset(pin for pin in problem.pins if pin[0] not in moved) | made,
                forbids=(problem.forbids - made) | {(one.mentee, one.mentor) for one in change.parted},
            )
            best = EveryAnswer(held).best()
            assert around(problem, change) == (best[1:3] if best else None)
            tried += 1
    with pytest.raises(ValueError, match="nothing to swap"):
        swap(problem, (problem.cohort.mentees[0].id, None), (problem.cohort.mentees[1].id, None))
    with pytest.raises(ValueError, match="nobody"):
        swap(problem, (10**9, None), (None, problem.cohort.mentors[0].id))
    assert tried or not pairs or len(pairs) + len(alone) < 2 or seed


def test_how_far_a_curve_is_only_grows_and_ends_with_all_of_it() -> None:
    for seed in range(12):
        heard: list[tuple[int, int]] = []
        steps = balance_curve(small_problem(seed), lambda known, of, heard=heard: heard.append((known, of)))
        known = [one for one, _of in heard]
        assert known == sorted(known) and heard[-1] == (len(steps), len(steps))


def test_the_price_of_a_least_score_is_what_the_answer_without_it_has_more() -> None:
    for seed in range(12):
        problem = replace(small_problem(seed, plain=True), minimum=4000)
        held, free = solve(problem), solve(replace(problem, minimum=0))
        price = price_of(held, replace(problem, minimum=0))
        assert price is not None
        assert (price.pairs, price.points) == (free.heads - held.heads, free.score - held.score)
