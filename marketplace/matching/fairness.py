"""What the sum hides: the worst pair, what it would cost to lift it, and what a stricter balance between firms costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from marketplace.matching.faults import Contradiction
from marketplace.matching.model import Mode, Problem
from marketplace.matching.outcome import Pair, Result
from marketplace.matching.solver import solve


@dataclass(frozen=True, slots=True)
class Lift:
    """The highest least score that an answer can have, and the best answer that has it.

    What it costs against the answer it was asked of: ``pairs``, ``points`` in all. Pinned pairs are not lifted. ``proven``: no
    least score above this one leaves as many pairs and floors, and no answer with it is worth more.
    """

    least: int
    result: Result
    pairs: int
    points: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Step:
    """The best answer with one balance; ``missing`` places of floors. ``proven`` by its own prices, or because the answers of a
    stricter and of a looser balance are worth the same.
    """

    balance: int
    missing: int
    pairs: int
    points: int
    result: Result
    proven: bool


def worst_pairs(result: Result) -> tuple[Pair, ...]:
    """All that share the least score; none where there are no pairs."""
    least = min((pair.score for pair in result.pairs), default=0)
    return tuple(pair for pair in result.pairs if pair.score == least)


def lift(problem: Problem, result: Result, spare: int = 0) -> Lift:
    """The weakest pair first, then the sum: its floors met, with as many pairs as ``result`` less ``spare``, but one to lift.

    Where points come before pairs and would leave too few of them, the answer is the one that puts pairs first.
    Source: the bottleneck problem in Burkard, Dell'Amico and Martello, *Assignment Problems* (2009), chapter 6.
    """
    fewest = min(max(result.heads - spare, len(problem.pins) + 1), result.heads)
    goal = (_missing(result), -fewest)
    scores = _scores(problem)
    low, high = 0, len(scores)
    proven, found = True, None
    while high - low > 1:  # scores[low] can be had, scores[high] cannot
        middle = (low + high) // 2
        tried = _solved(replace(problem, minimum=scores[middle], mode=Mode.headcount_first))
        if tried is not None and (_missing(tried), -tried.heads) <= goal:
            low, found = middle, tried
        else:
            high, proven = middle, proven and (tried is None or tried.optimal)
    held = replace(problem, minimum=scores[low] if scores else problem.minimum)
    best = solve(held) if found is None or problem.mode is Mode.score_first else found
    if found is not None and (_missing(best), -best.heads) > goal:
        best = found
    lifted = [pair.score for pair in best.pairs if (pair.mentee, pair.mentor) not in problem.pins]
    least = min(lifted, default=problem.minimum)
    return Lift(least, best, result.heads - best.heads, result.score - best.score, proven and best.optimal)


@dataclass(frozen=True, slots=True)
class Price:
    """What something asked for costs: the best answer without it has so many ``pairs`` and ``points`` more."""

    pairs: int
    points: int


def price_of(result: Result, without: Problem) -> Price | None:
    """``without``: the problem of ``result`` with a rule, a floor or a cap eased. None where that asks what cannot be."""
    eased = _solved(without)
    return None if eased is None else Price(eased.heads - result.heads, eased.score - result.score)


def balance_curve(problem: Problem, told: Callable[[int, int], None] = lambda _known, _of: None) -> tuple[Step, ...]:
    """The best answer for each balance from the strictest that pins allow to the first that costs nothing.

    Each is at least as good as the one before, by floors, then pairs and points in the order of ``problem.mode``.
    ``told`` hears after each search how many balances are known, and of how many. Raises ``Contradiction`` where no balance
    would help.
    """
    loosest = solve(replace(problem, balance=None))
    last = _imbalance(problem, loosest)
    steps = {last: _step(last, loosest)}
    told(1, last + 1)
    first = _strictest(problem, steps, last)
    _fill(problem, steps, first, last, lambda: told(len(steps), last - first + 1))
    return tuple(steps[d] for d in sorted(steps))


def _strictest(problem: Problem, steps: dict[int, Step], last: int) -> int:
    """The first balance that there is an answer for, which is put among ``steps``."""
    low, high = -1, last
    middle = 0  # pins seldom break it, so that the strictest of all is asked first
    while high - low > 1:
        result = _solved(replace(problem, balance=middle))
        if result is None:
            low = middle
        else:
            high, steps[middle] = middle, _step(middle, result)
        middle = (low + high) // 2
    return high


def _fill(problem: Problem, steps: dict[int, Step], low: int, high: int, told: Callable[[], None]) -> None:
    """Where both ends are worth the same, so is all between them: nothing is solved there."""
    told()
    if high - low < 2:
        return
    if _worth(steps[low]) == _worth(steps[high]):
        proven = steps[low].proven and steps[high].proven
        steps.update({d: replace(steps[low], balance=d, proven=proven) for d in range(low + 1, high)})
        return
    middle = (low + high) // 2
    if middle not in steps:
        steps[middle] = _step(middle, solve(replace(problem, balance=middle)))
    _fill(problem, steps, low, middle, told)
    _fill(problem, steps, middle, high, told)


def _step(balance: int, result: Result) -> Step:
    return Step(balance, _missing(result), result.heads, result.score, result, result.optimal)


def _solved(problem: Problem) -> Result | None:
    try:
        return solve(problem)
    except Contradiction:
        return None


def _worth(step: Step) -> tuple[int, int, int]:
    return step.missing, step.pairs, step.points


def _missing(result: Result) -> int:
    return sum(one.missing for one in result.shortfalls)


def _imbalance(problem: Problem, result: Result) -> int:
    cohort = problem.cohort
    surplus = dict.fromkeys(cohort.firm_ids, 0)
    for pair in result.pairs:
        surplus[cohort.mentor(pair.mentor).firm] += 1
        surplus[cohort.mentee(pair.mentee).firm] -= 1
    return max((abs(one) for one in surplus.values()), default=0)


def _scores(problem: Problem) -> list[int]:
    """Every score that an allowed pair of a mentee without a pin has, sorted."""
    block = problem.block(0, len(problem.cohort.mentees))
    block[[problem.cohort.row[one] for pin in problem.pins for one in problem.cohort.once(pin)]] = 0
    return [one - 1 for one in np.unique(block).tolist() if one]
