"""The checker believes nothing: each thing that an answer says, changed by a little, is complained of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from marketplace.matching.checker import Complaint, check
from marketplace.matching.members import Firm
from marketplace.matching.model import Problem
from marketplace.matching.outcome import Pair, Result
from marketplace.matching.solver import solve
from tests.marketplace.matching.cohorts import cohort


@pytest.fixture(scope="module")
def asked() -> Problem:
    made = cohort(4, 30, 22, every_rule=False)
    free = Problem(made, balance=2)
    pin = next(pair for pair in solve(free).pairs)
    kept = frozenset((pair.mentee, pair.mentor) for pair in solve(free).pairs)
    firms = (Firm(id=1, gives=5), Firm(id=2, receives=3), Firm(id=3, receives_least=2))
    return replace(free, firms=firms, pins=frozenset({(pin.mentee, pin.mentor)}), previous=kept)


@pytest.fixture(scope="module")
def answer(asked: Problem) -> Result:
    return solve(asked)


def test_the_answer_itself_is_proven_pair_by_pair(asked, answer):
    finding = check(asked, answer, by_pair=True)
    assert (finding.complaints, finding.proven, finding.gap) == ((), True, 0)


def without_a_pair(asked: Problem, answer: Result) -> Result:
    gone = next(pair for pair in answer.pairs if (pair.mentee, pair.mentor) not in asked.pins)
    return replace(answer, pairs=tuple(pair for pair in answer.pairs if pair != gone))


def with_other_pair(asked: Problem, answer: Result) -> Result:
    """Two mentees change mentors, so that only rules and the sum can tell."""
    free = [pair for pair in answer.pairs if (pair.mentee, pair.mentor) not in asked.pins]
    one, other = next(
        (one, other)
        for one in free
        for other in free
        if one.mentor != other.mentor
        and not asked.obstacles(one.mentee, other.mentor)
        and not asked.obstacles(other.mentee, one.mentor)
    )
    swapped = {one.mentee: other.mentor, other.mentee: one.mentor}
    pairs = tuple(
        Pair(pair.mentee, swapped[pair.mentee], asked.cohort.score(pair.mentee, swapped[pair.mentee]))
        if pair.mentee in swapped
        else pair
        for pair in answer.pairs
    )
    return replace(answer, pairs=pairs)


def priced(name: str, by: int) -> Callable[[Problem, Result], Result]:
    def change(asked: Problem, answer: Result) -> Result:
        del asked
        changed = getattr(answer.prices, name)
        return replace(answer, prices=replace(answer.prices, **{name: (changed[0] + by, *changed[1:])}))

    return change


def changed(**by: int) -> Callable[[Problem, Result], Result]:
    return lambda _asked, answer: replace(answer, **{name: getattr(answer, name) + more for name, more in by.items()})


TAMPERED: dict[str, tuple[Callable[[Problem, Result], Result], Complaint]] = {
    "a pair is left out": (without_a_pair, Complaint.unmatched),
    "two pairs are swapped": (with_other_pair, Complaint.primal),
    "somebody unknown": (lambda _p, a: replace(a, pairs=(*a.pairs, Pair(9**9, 1, 0))), Complaint.unknown),
    "a mentee twice": (lambda _p, a: replace(a, pairs=(a.pairs[0], *a.pairs)), Complaint.mentee_twice),
    "out of order": (lambda _p, a: replace(a, pairs=a.pairs[::-1]), Complaint.order),
    "a score": (
        lambda _p, a: replace(a, pairs=(a.pairs[0]._replace(score=a.pairs[0].score + 1), *a.pairs[1:])),
        Complaint.score,
    ),
    "an unmatched": (lambda _p, a: replace(a, unmatched=a.unmatched[1:]), Complaint.unmatched),
    "churn": (changed(churn=1), Complaint.churn),
    "primal": (changed(primal=1, dual=1, bound=1), Complaint.primal),
    "dual": (changed(dual=1), Complaint.dual),
    "both sums": (changed(primal=-1, dual=-1, bound=-1), Complaint.primal),
    "the bound": (changed(bound=-1), Complaint.bound),
    "a mentee's price": (priced("mentee", 1), Complaint.prices),
    "a mentor's price": (priced("mentor", -(10**9)), Complaint.prices),
    "a firm's price": (priced("receives", -(10**9)), Complaint.prices),
    "a price too many": (
        lambda _p, a: replace(a, prices=replace(a.prices, mentor=(*a.prices.mentor, 0))),
        Complaint.prices,
    ),
    "a shortfall hushed up": (
        lambda _p, a: replace(a, shortfalls=a.shortfalls[1:] if a.shortfalls else (object(),)),  # type: ignore[arg-type]
        Complaint.shortfalls,
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_answer_is_rejected(asked, answer, what):
    tamper, complaint = TAMPERED[what]
    finding = check(asked, tamper(asked, answer))
    assert complaint in finding.complaints and not finding.proven


def test_an_answer_to_another_question_is_rejected(asked, answer):
    pair = answer.pairs[-1]
    mentors_firm = asked.cohort.mentor(pair.mentor).firm
    for other, complaint in (
        (replace(asked, forbids=frozenset({(pair.mentee, pair.mentor)})), Complaint.forbidden),
        (replace(asked, pins=frozenset({(answer.unmatched[0], pair.mentor)})), Complaint.pin_missing),
        (replace(asked, firms=(Firm(id=mentors_firm, gives=0),)), Complaint.quota),
        (replace(asked, balance=0), Complaint.balance),
        (replace(asked, minimum=pair.score + 1), Complaint.forbidden),
        (replace(asked, between={(mentors_firm, asked.cohort.mentee(pair.mentee).firm): 0}), Complaint.limit),
    ):
        finding = check(other, answer)
        assert complaint in finding.complaints and not finding.proven


def test_an_answer_that_is_not_the_best_is_not_proven(asked, answer):
    worse = replace(asked, forbids=frozenset({(answer.pairs[-1].mentee, answer.pairs[-1].mentor)}))
    second = solve(worse)
    finding = check(asked, second)
    assert not finding.proven
