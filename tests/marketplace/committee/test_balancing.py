"""What follows a no keeps the balance that was asked for, counted with what stands: of all that do, it is the best."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations, permutations

import pytest

from marketplace.committee.balancing import standing_firms, within_balance
from marketplace.committee.cascading import Now, question_now
from marketplace.committee.priorities import Priorities
from marketplace.committee.questions import Question
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.solver import solve


def question(chance: random.Random) -> Question:
    skills = "abcd"
    return Question(
        form="cross_company",
        mentees=tuple(
            Mentee(id=one, person=one, firm=chance.randint(1, 3), seeks=frozenset(chance.sample(skills, 2)))
            for one in range(1, 5)
        ),
        mentors=tuple(
            Mentor(id=one, person=one, firm=chance.randint(1, 3), offers=frozenset(chance.sample(skills, 2)))
            for one in range(11, 15)
        ),
        firms=(Firm(id=1, receives=2),),
        across_firms=True,
    )


def every_answer(asked: Question):
    mentees, mentors = [one.id for one in asked.mentees], [one.id for one in asked.mentors]
    for size in range(len(mentees) + 1):
        for some in combinations(mentees, size):
            for others in permutations(mentors, size):
                yield frozenset(zip(some, others, strict=True))


def off_by(asked: Question, stands, pairs) -> int:
    firm_of = {one.id: one.firm for one in (*asked.mentees, *asked.mentors)}
    firms = [*stands, *((firm_of[a], firm_of[b]) for a, b in pairs)]
    return max(abs(sum((gives == of) - (receives == of) for receives, gives in firms)) for of in (1, 2, 3))


@pytest.mark.parametrize("first", ["headcount_first", "score_first"])
def test_the_best_of_all_answers_that_keep_the_balance_with_what_stands(first):
    chance, changed = random.Random(7), 0
    for _number in range(25):
        asked = question(chance)
        stands = [(chance.randint(1, 3), chance.randint(1, 3)) for _one in range(chance.randint(0, 3))]
        allowed = Priorities(first=first, balance=chance.randint(0, 1), weakest_first=chance.random() < 0.2)
        most = max(allowed.balance, off_by(asked, stands, ()))
        free = allowed.model_copy(update={"balance": None})
        problem = asked.problem(free)

        def worth(pairs, problem=problem):
            return sum(problem.value(*pair) for pair in pairs)

        best = max(
            worth(pairs)
            for pairs in every_answer(asked)
            if off_by(asked, stands, pairs) <= most
            and not any(problem.obstacles(*pair) for pair in pairs)
            and sum(one <= 4 and asked.mentees[one - 1].firm == 1 for one, _other in pairs) <= 2
        )
        narrowed = within_balance(asked, stands, allowed)
        found = {(pair.mentee, pair.mentor) for pair in solve(narrowed.problem(free)).pairs}
        assert off_by(asked, stands, found) <= most and worth(found) == best
        changed += narrowed is not asked
    assert changed >= 5, "the balance was hardly asked for"


def test_a_runner_up_who_would_take_a_firm_off_the_balance_is_not_asked_and_that_is_why():
    """Ann of 1 stands with a mentor of 2, and Bob of 2 had one of 1, who said no: next would be one of 3, off by two."""
    before = Question(
        form="cross_company",
        mentees=(Mentee(id=1, person=1, firm=1), Mentee(id=2, person=2, firm=2)),
        mentors=(Mentor(id=11, person=11, firm=2), Mentor(id=12, person=12, firm=1), Mentor(id=13, person=13, firm=3)),
    )
    now = Now({1: 0, 2: 1, 11: 0, 12: 1, 13: 1}, {(1, 11): "asked", (2, 12): "declined"})
    left = question_now(before, now, {}, frozenset({(1, 11), (2, 12)}))
    stands = standing_firms(before, now.room, now.between)
    assert stands == ((1, 2),)
    strict = within_balance(left, stands, Priorities(balance=1))
    free = Priorities(balance=None)
    assert [(one.mentee, one.mentor) for one in solve(strict.problem(free)).pairs] == [(2, 13)]
    # Firm 2 gives one and receives none; with another of 2 at its mentors' side, 2 would give two.
    other = replace(left, mentees=(Mentee(id=2, person=2, firm=1),), mentors=(Mentor(id=13, person=13, firm=2),))
    strict = within_balance(other, stands, Priorities(balance=1))
    assert solve(strict.problem(free)).pairs == ()
    assert strict.problem(free).obstacles(2, 13) == ("balance",)
    assert within_balance(other, stands, Priorities(balance=2)) is other
