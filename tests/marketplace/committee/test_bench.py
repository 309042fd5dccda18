"""A committee's bench, from asking to publishing: versions, marks, votes, notes, reasons; and what the two read of it."""

import io

import openpyxl
import pytest
import sqlalchemy as sa

from marketplace.committee.models import MatchLeftover, MatchProposal, MatchRun, RunState
from marketplace.committee.priorities import CRITERIA
from marketplace.committee.questions import unpacked
from marketplace.matching.checker import check
from marketplace.matching.solver import solve
from marketplace.mentors.models import MenteeProfile
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Enrolment, ProgrammeParty
from tenants.organisations.models import Organisation
from tenants.shared import jobs
from tenants.shared.database import db
from tests.cast import make_actor, make_mentor
from tests.factories import acting, enrol, publish
from tests.marketplace.pairing.conftest import requests_of

PRIORITIES = dict.fromkeys(CRITERIA, "1") | {"goals": "8", "first": "headcount_first", "stay_close": "y"}


@pytest.fixture
def bench(start, app, cast, operator, work, sign_in):
    """Three of Acme look for a mentor, Max and Gus of Globex have one place each; Ned matches. Asks for a version as Ned."""
    cohort = start(sides={"mia": Side.mentee, "ann": Side.mentee, "max": Side.mentor, "gus": Side.mentor})
    for name in ("mia", "ann"):
        tie = cast[name]
        operator.merge(
            MenteeProfile(
                org_id=tie.org_id,
                affiliation_id=tie.affiliation_id,
                person_id=tie.person_id,
                goals=["leading_managers"] if name == "mia" else ["negotiation"],
                languages=["en"],
            )
        )
    make_mentor(operator, cast.gus, network_ids=[cast.ned.org_id], skills=["negotiation"], languages=["en"])
    operator.commit()
    publish(app, cast.gus)

    class Bench:
        home = f"/bridge/cohorts/{cohort.id}/matching/bench"
        ned = sign_in(cast.ned)

        def ask(self, **changes):
            answer = self.ned.post(f"{self.home}/versions", data=PRIORITIES | changes)
            if answer.status_code == 303:
                work()
                operator.rollback()
            return answer

        def run(self, number=1):
            operator.rollback()
            return operator.scalar(sa.select(MatchRun).where(MatchRun.number == number))

        def pairs(self, number=1):
            run = self.run(number)
            found = operator.scalars(sa.select(MatchProposal).where(MatchProposal.run_id == run.id))
            return {one.mentee_enrolment_id: one.mentor_enrolment_id for one in found}

        def of(self, actor):
            return operator.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == actor.person_id))

        def mark(self, mentee, mentor, kind, number=1):
            data = {"mentee": self.of(mentee), "mentor": self.of(mentor), "kind": kind}
            return self.ned.post(f"{self.home}/versions/{number}/marks", data=data)

    bench = Bench()
    bench.cohort = cohort
    return bench


def test_the_best_match_comes_with_its_proof_and_its_reasons(bench, cast, operator):
    assert "The first version" in bench.ned.get(f"{bench.home}/").text
    assert bench.ask().status_code == 303
    run = bench.run()
    assert (run.state, run.answer["heads"], run.answer["equal"]) == (RunState.solved, 2, True)
    assert bench.pairs() == {bench.of(cast.mia): bench.of(cast.max), bench.of(cast.ann): bench.of(cast.gus)}
    page = bench.ned.get(f"{bench.home}/versions/1").text
    assert "Proven best" in page and "Mia Acme" in page and "Max Globex" in page
    pair = bench.ned.get(f"{bench.home}/versions/1/pairs/{bench.of(cast.mia)}/{bench.of(cast.max)}").text
    assert (
        "What the mentee works on, and the mentor offers" in pair and "Leading" in pair and "To part these two" in pair
    )
    # The version can be proven again from what is kept of it.
    problem = unpacked(run.question).problem(run.priorities)
    assert not check(problem, solve(problem)).complaints


def test_pins_and_forbids_hold_from_the_next_version_and_the_change_is_shown(bench, cast):
    bench.ask()
    assert bench.mark(cast.mia, cast.gus, "pin").status_code == 303
    bench.ask()
    assert bench.pairs(2) == {bench.of(cast.mia): bench.of(cast.gus), bench.of(cast.ann): bench.of(cast.max)}
    page = bench.ned.get(f"{bench.home}/versions/2").text
    run = bench.run(2)
    cohort, ends = unpacked(run.question).problem(run.priorities).cohort, (bench.of(cast.max), bench.of(cast.gus))
    moved = {one["mentee"]: one for one in run.answer["changes"]}[bench.of(cast.mia)]
    assert (moved["before"], moved["mentor"]) == ends
    assert moved["points"] == cohort.score(bench.of(cast.mia), ends[1]) - cohort.score(bench.of(cast.mia), ends[0])
    assert "What changed since version 1" in page and "2 mentees have another mentor" in page and "Pinned" in page
    bench.mark(cast.mia, cast.gus, "forbid", 2)
    bench.mark(cast.mia, cast.max, "forbid", 2)
    bench.ask()
    assert bench.of(cast.mia) not in bench.pairs(3)
    page = bench.ned.get(f"{bench.home}/versions/3").text
    assert "Nobody may be their mentor" in page and "Kept apart by the committee: 2 mentors" in page


def test_pins_that_contradict_each_other_are_named_before_anything_is_solved(bench, cast):
    bench.ask()
    bench.mark(cast.mia, cast.gus, "pin")
    bench.mark(cast.ann, cast.gus, "pin")
    bench.ask()
    assert bench.run(2).state is RunState.failed
    page = bench.ned.get(f"{bench.home}/versions/2").text
    assert "Places of Gus Globex: 1. Pinned to them: " in page and "Mia Acme" in page
    bench.mark(cast.ann, cast.gus, "none")
    bench.ask()
    # A version that could not be is no version to be compared with.
    assert "What changed since version 1" in bench.ned.get(f"{bench.home}/versions/3").text


def test_of_three_for_two_places_one_is_crowded_out_and_told_with_whom(bench, cast, operator):
    pia = make_actor(operator, "pia", operator.get(Organisation, cast.mia.org_id))
    enrol(operator, bench.cohort, pia, Side.mentee)
    operator.commit()
    bench.ask()
    (left,) = operator.scalars(sa.select(MatchLeftover)).all()
    assert (left.enrolment_id, left.why) == (bench.of(pia), "crowded_out")
    page = bench.ned.get(f"{bench.home}/versions/1").text
    assert "These 3 mentees reach only 2 places" in page and "Pia Acme" in page


def test_no_firm_gives_more_to_one_other_than_the_committee_wants(bench, cast):
    bench.ask(between="1")
    run = bench.run()
    assert (run.answer["heads"], run.answer["optimal"], run.answer["short"]) == (1, True, {"pairs": 0, "points": 0})
    problem = unpacked(run.question).problem(run.priorities)
    assert problem.between == {(cast.max.org_id, cast.mia.org_id): 1} and not check(problem, solve(problem)).complaints
    assert "Left over" in bench.ned.get(f"{bench.home}/versions/1").text
    bench.ned.post(f"{bench.home}/versions/1/publication")
    bench.ask(between="1")
    assert bench.run(2).answer["heads"] == 0, "the pair that waits for an answer is one of them"
    assert bench.ask(between="0").status_code == 422


def test_each_member_votes_once_and_changes_it_and_notes_stay_with_their_author(bench, cast, operator, sign_in):
    bench.ask()
    two = f"{bench.home}/versions/1/pairs/{bench.of(cast.mia)}/{bench.of(cast.max)}"
    for vote in ("yes", "no", "no"):
        assert bench.ned.post(f"{two}/votes", data={"vote": vote}).status_code == 303
    assert "0 yes, 1 no" in bench.ned.get(two).text
    assert bench.ned.post(f"{two}/notes", data={"words": ""}).status_code == 422
    assert bench.ned.post(f"{two}/notes", data={"words": "They know each other\x00 from the fair."}).status_code == 303
    page = bench.ned.get(two).text
    assert "They know each other from the fair." in page
    gone = page.split('/removal"')[0].rsplit('"', 1)[1] + "/removal"
    assert bench.ned.post(gone).status_code == 303
    assert "They know each other from the fair." not in bench.ned.get(two).text


def test_what_is_published_is_asked_the_way_of_every_request_and_the_two_read_no_points(
    bench, cast, operator, sign_in, work
):
    bench.ask()
    assert "2 pairs are asked" in bench.ned.get(f"{bench.home}/versions/1/publication").text
    assert bench.ned.post(f"{bench.home}/versions/1/publication").status_code == 303
    work()
    assert len(requests_of(operator)) == 2
    asked = next(one for one in requests_of(operator) if one.mentee_person_id == cast.mia.person_id)
    page = sign_in(cast.mia).get(f"/acme/requests/{asked.id}").text
    assert "Why the committee thought of you two" in page and "What one of you works on, the other offers" in page
    assert "points" not in page.split("Why the committee thought of you two")[1].split("</section>")[0]
    again = bench.ned.post(f"{bench.home}/versions/1/publication")
    assert again.status_code == 409 and "published already" in again.text
    assert "Nobody waits for a pair" in bench.ask().text


def test_after_a_no_the_next_version_goes_around_what_stands_and_asks_the_same_two_no_more(
    bench, cast, operator, sign_in
):
    bench.ask()
    bench.ned.post(f"{bench.home}/versions/1/publication")
    by_mentee = {one.mentee_person_id: one for one in requests_of(operator)}
    said = by_mentee[cast.mia.person_id], by_mentee[cast.ann.person_id]
    sign_in(cast.max).post(f"/globex/requests/{said[0].id}/decline", data={"decline-reason": "no_room_now"})
    sign_in(cast.gus).post(f"/globex/requests/{said[1].id}/decline", data={"decline-reason": "no_room_now"})
    bench.ask()
    assert bench.pairs(2) == {bench.of(cast.mia): bench.of(cast.gus), bench.of(cast.ann): bench.of(cast.max)}


def test_a_pair_that_has_become_impossible_is_left_out_and_named(bench, cast, operator):
    bench.ask()
    operator.execute(sa.update(Enrolment).where(Enrolment.person_id == cast.gus.person_id).values(places=0))
    operator.commit()
    page = bench.ned.post(f"{bench.home}/versions/1/publication", follow_redirects=True).text
    assert "1 pair is asked now." in page and "Gus Globex has no place left in this cohort" in page


def test_a_quota_that_came_since_holds_while_a_version_is_published(bench, cast, operator):
    bench.ask()
    operator.execute(sa.update(ProgrammeParty).where(ProgrammeParty.firm_id == cast.mia.org_id).values(max_mentees=1))
    operator.commit()
    page = bench.ned.post(f"{bench.home}/versions/1/publication", follow_redirects=True).text
    assert "1 pair is asked now." in page and "as many pairs in this cohort as its quota allows" in page
    assert len(requests_of(operator)) == 1


def test_what_the_engine_was_given_goes_when_the_cohort_closes(bench, cast, app, work):
    bench.ask()
    with acting(app, cast.ned):
        jobs.announce("cohort.closed", org_id=cast.ned.org_id, cohort_id=bench.cohort.id)
        db.session.commit()
    work()
    run = bench.run()
    assert (run.question, run.answer["heads"]) == (b"", 2)
    assert bench.ned.get(f"{bench.home}/versions/1").status_code == 200


def test_a_refused_answer_keeps_what_was_typed(bench):
    refused = bench.ned.post(f"{bench.home}/versions", data=PRIORITIES | {"goals": "11", "minimum": "40"})
    assert refused.status_code == 422 and 'value="11"' in refused.text and 'value="40"' in refused.text
    nothing = bench.ned.post(f"{bench.home}/versions", data=PRIORITIES | dict.fromkeys(CRITERIA, "0"))
    assert nothing.status_code == 422 and "Let at least one thing count" in nothing.text


def test_a_version_as_a_spreadsheet(bench):
    bench.ask()
    book = openpyxl.load_workbook(io.BytesIO(bench.ned.get(f"{bench.home}/versions/1/export.xlsx").data))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert rows[0][:5] == ["Mentee", "Organisation", "Mentor", "Organisation", "Points"]
    assert {row[0] for row in rows[1:]} == {"Mia Acme", "Ann Acme"}
