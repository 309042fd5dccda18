"""A rule and a criterion say the same of one pair as of a block; scores add up; the order of sign-up is nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from marketplace.matching import criteria
from marketplace.matching.members import Mentee, Mentor
from marketplace.matching.model import Cohort, Problem
from tests.marketplace.matching.cohorts import CRITERIA, cohort


@pytest.mark.parametrize("seed", range(6))
def test_every_rule_and_criterion_says_the_same_of_a_pair_as_of_a_block(seed):
    made = cohort(seed, 23, 17, every_rule=True)
    mentees, mentors = made.facts
    masks = {rule.name: (rule, rule.mask(mentees, mentors)) for rule in made.rules}
    blocks = {one.name: (one, one.block(mentees, mentors)) for one in made.criteria}
    for row, mentee in enumerate(made.mentees):
        for column, mentor in enumerate(made.mentors):
            for name, (rule, mask) in masks.items():
                assert rule.forbids(mentee, mentor) == bool(mask[row, column]), name
            for name, (criterion, block) in blocks.items():
                points = criterion.points(mentee, mentor)
                assert points == int(block[row, column]) and 0 <= points <= criterion.most, name
            allowed = not Problem(made).obstacles(mentee.id, mentor.id)
            assert int(made.grid[row, column]) == (made.score(mentee.id, mentor.id) + 1 if allowed else 0)


def test_each_rule_forbids_somebody_and_not_everybody():
    made = cohort(1, 60, 40, every_rule=True)
    for rule in made.rules:
        assert 0 < rule.mask(*made.facts).mean() < 1, rule.name


@pytest.mark.parametrize("gone", [one.name for one in CRITERIA])
def test_without_a_criterion_every_score_is_less_by_exactly_what_it_was_said_to_give(gone):
    made = cohort(7, 30, 20)
    without = replace(made, criteria=tuple(one for one in made.criteria if one.name != gone))
    seen = 0
    for mentee in made.mentees:
        for mentor in made.mentors:
            (share,) = (one for one in made.shares(mentee.id, mentor.id) if one.criterion == gone)
            assert made.score(mentee.id, mentor.id) - without.score(mentee.id, mentor.id) == share.points
            seen += share.points
    assert seen > 0
    assert int((made.grid.astype(int) - without.grid)[made.grid > 0].min()) >= 0


def test_a_goal_that_is_cited_and_taken_away_costs_its_share():
    mentee = Mentee(id=1, person=1, firm=1, seeks=frozenset({"law", "risk"}))
    mentor = Mentor(id=1, person=2, firm=2, offers=frozenset({"law", "board", "risk"}))
    made = Cohort((mentee,), (mentor,), (), (criteria.Goals(1001),))
    (share,) = made.shares(1, 1)
    assert (share.because, share.points) == (("law", "risk"), 1001)
    less = replace(made, mentors=(replace(mentor, offers=frozenset({"law", "board"})),))
    assert less.score(1, 1) == made.score(1, 1) - 501


def test_the_order_of_sign_up_changes_nothing():
    made = cohort(3, 25, 20)
    shuffled = random.Random(5)
    again = replace(
        made,
        mentees=tuple(shuffled.sample(made.mentees, len(made.mentees))),
        mentors=tuple(shuffled.sample(made.mentors, len(made.mentors))),
    )
    assert again == made and (again.grid == made.grid).all()


def test_what_cannot_be_a_cohort_is_refused():
    twice = Mentee(id=1, person=1, firm=1)
    with pytest.raises(ValueError, match="two mentees"):
        Cohort((twice, twice), ())
    with pytest.raises(ValueError, match="10000 points"):
        Cohort((), (), (), (criteria.Goals(6000), criteria.Languages(5000)))
    with pytest.raises(ValueError, match="nobody here"):
        Problem(Cohort((twice,), ()), pins=frozenset({(1, 4)}))
