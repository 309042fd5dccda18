"""The engine is asked by the same rules as the committee's own page, and its question can be kept and asked again."""

from __future__ import annotations

import random
from itertools import product

import pytest

from marketplace.committee.models import MatchProposal
from marketplace.committee.picture import ROW, picture_of
from marketplace.committee.priorities import CRITERIA, Priorities
from marketplace.committee.questions import question_of, unpacked
from marketplace.matching.criteria import FULL
from marketplace.pairing.candidates import Candidate, Candidates
from marketplace.programmes.modalities import Form, Modalities, Phase, Side, Timing

OF_THE_SHEET = {
    "same_person",
    "own_firm",
    "school",
    "apart",
    "training",
    "page",
    "language",
    "seniority",
    "hours",
    "functions",
    "earlier",
}


def somebody(number: int, side: Side, chance: random.Random) -> Candidate:
    said = chance.random() < 0.8
    return Candidate(
        enrolment_id=number,
        person_id=100 + (number if chance.random() < 0.9 else number % 7),
        firm_id=chance.randint(1, 4),
        side=side,
        name=f"Person {number}",
        firm="Firm",
        title="",
        headline="",
        skills=tuple(chance.sample(("a", "b", "c", "d"), 2)) if side is Side.mentor else (),
        goals=tuple(chance.sample(("a", "b", "c", "d"), 2)) if side is Side.mentee else (),
        languages=tuple(chance.sample(("en", "fr", "de"), chance.randint(1, 2))) if said else (),
        function=chance.choice(("finance", "law", "")),
        industries=(),
        seniority=chance.choice(("early_career", "manager", "executive", "")),
        cadence="",
        time_zone="UTC",
        utc_minutes=chance.choice((-300, 0, 60, 330)),
        place="",
        remote=True,
        in_person=False,
        has_page=chance.random() < 0.9,
        places=2,
        room=chance.randint(1, 2),
        trained=chance.random() < 0.8,
        of_school=chance.random() < 0.5,
        quota=None,
    )


def there(form: Form, seed: int) -> Candidates:
    chance = random.Random(seed)
    mentees = tuple(somebody(number, Side.mentee, chance) for number in range(1, 13))
    mentors = tuple(somebody(number, Side.mentor, chance) for number in range(21, 30))
    pairs = [(a.enrolment_id, b.enrolment_id) for a, b in product(mentees, mentors)]
    modalities = Modalities(
        form=form,
        timeline=(Timing(phase=Phase.launch, day=0),),
        mentees={"training": "before_matching"},
        mentors={"training": "before_matching"},
        limits={
            "common_language": True,
            "seniority_gap": 1,
            "hours_apart": 5,
            "new_pairs": True,
            "functions": chance.choice(("any", "same", "different")),
        },
    )
    return Candidates(
        form,
        modalities,
        mentees,
        mentors,
        frozenset(chance.sample(pairs, 9)),
        (),
        frozenset(chance.sample(pairs, 9)),
        {pair: rank for rank, pair in enumerate(chance.sample(pairs, 5), 1)},
    )


@pytest.mark.parametrize("form", [Form.organised, Form.external, Form.reverse, Form.cross_company])
def test_what_the_committees_page_forbids_the_engine_forbids_and_nothing_else(form):
    for seed in range(5):
        people = there(form, seed)
        question = question_of(people, pins=frozenset(), forbids=frozenset(), previous=frozenset())
        problem = question.problem(Priorities())
        found = {True: 0, False: 0}
        for mentee, mentor in product(people.mentees, people.mentors):
            by_page = people.forbids(mentee, mentor)
            by_engine = problem.obstacles(mentee.enrolment_id, mentor.enrolment_id)
            assert bool(by_engine) == (by_page is not None), (by_page, by_engine)
            found[bool(by_engine)] += 1
        assert found[True]
        grid = problem.block(0, len(people.mentees))
        assert int((grid > 0).sum()) == found[False]


def test_a_question_is_read_back_as_it_was_put_down():
    people = there(Form.cross_company, 3)
    pins, forbids = frozenset({(1, 21)}), frozenset({(2, 22), (2, 999)})
    question = question_of(people, pins=pins, forbids=forbids, previous=frozenset({(3, 23), (77, 23)}))
    assert (question.forbids, question.previous) == (frozenset({(2, 22)}), frozenset({(3, 23)}))
    assert unpacked(question.packed()) == question


def test_what_counts_shares_all_points_and_what_does_not_count_gives_none():
    chosen = Priorities(**dict.fromkeys(CRITERIA, 0) | {"goals": 3, "languages": 1})
    criteria = chosen.criteria("organised")
    assert {one.name: one.most for one in criteria} == {"goals": 7500, "languages": 2500}
    assert sum(one.most for one in Priorities().criteria("reverse")) <= FULL
    assert not Priorities(**dict.fromkeys(CRITERIA, 0)).criteria("organised")


def pair(mentee: int, mentor: int, points: int) -> MatchProposal:
    return MatchProposal(
        org_id=1, run_id=1, mentee_enrolment_id=mentee, mentor_enrolment_id=mentor, points=points, is_pinned=False
    )


def test_a_picture_has_a_line_for_each_pair_and_stays_within_its_height():
    proposals = [pair(number, 20 + number // 2, 9000 - number) for number in range(10)]
    picture = picture_of(proposals, {})
    assert picture is not None and len(picture.lines) == 10 and len(picture.right) == 5
    assert all(0 < line.left < picture.height and 0 < line.right < picture.height for line in picture.lines)
    assert picture.height == 10 * ROW and picture_of([], {}) is None
