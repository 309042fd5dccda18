"""The words of a pair that has ended go when their time is over; that it took place, its figures and a certificate stay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.charters.models import AgreementSignature, MentoringAgreement, PairDocument, PaperKind
from marketplace.closing.models import Certificate, CoordinatorNote, LookBack
from marketplace.conversations.models import Message, Note, NoteVersion, PairFile
from marketplace.goals.models import Goal, GoalComment, GoalEvent, GoalState, GoalStep, GoalTurn
from marketplace.meetings.models import Meeting, MeetingState
from marketplace.mentorships.models import Mentorship, OfPair
from marketplace.readiness.models import ReadinessAssessment
from marketplace.requests.models import RequestMessage
from marketplace.rhythm.models import CheckIn, CheckInAnswer, Occasion, Pause, PauseReason
from tenants.privacy import jobs
from tenants.privacy.models import Kept, Retention
from tenants.privacy.retention import RULES
from tenants.shared import clock
from tenants.shared.database import Base, new_id
from tenants.shared.fading import FADING
from tenants.shared.models import Activity
from tests.marketplace.charters.conftest import version
from tests.marketplace.closing.conftest import LOOK_BACK

SECRET = "only we two"

STAYS = {
    "mentorship_closure": "days, no words",
    "certificate": "what both agreed to show",
    "agreement_signature": "that it was signed, by whom and when",
    "check_in": "that it was asked",
    "mentorship_extension": "days, no words",
}


@pytest.fixture
def whole(pair, mentors, sign_in, work, operator):
    """A pair that wrote something everywhere, signed, ended, looked back and has a certificate."""
    mia, maxs = sign_in(mentors.mia), sign_in(mentors.max)
    mias, maxes = f"/acme/mentorships/{pair.id}", f"/globex/mentorships/{pair.id}"
    mia.post(f"{mias}/agreement/versions", data=version(0, "Mia Acme"))
    maxs.post(f"{maxes}/agreement/signature", data={"sign-version": "1", "sign-name": "Max Globex", "sign-agreed": "y"})
    write_everywhere(operator, pair)
    mia.post(f"{mias}/closing/ending", data={"end-reason": SECRET})
    work()
    mia.post(f"{mias}/closing/look-back", data=LOOK_BACK)
    maxs.post(f"{maxes}/closing/look-back", data=LOOK_BACK)
    work()
    operator.rollback()
    return pair


def write_everywhere(operator, pair) -> None:
    now, key = clock.now(), pair.pair_key
    mia, goal, note, check_in = pair.mentee_person_id, new_id(), new_id(), new_id()
    of_goal = key | {"goal_id": goal}
    operator.add(Message(**key, author_person_id=mia, body=SECRET, created_at=now))
    operator.add(Goal(**key, id=goal, title=SECRET, success=SECRET, place=0, percent=40, created_at=now))
    operator.add(
        Note(**key, id=note, title=SECRET, body=SECRET, version=1, author_person_id=mia, created_at=now, updated_at=now)
    )
    operator.add(PairFile(**key, author_person_id=mia, name=SECRET, kind="txt", size=1, content=b"x", created_at=now))
    operator.add(CheckIn(**key, id=check_in, occasion=Occasion.check_in, asked_at=now, closes_at=now))
    operator.add(
        Pause(**key, asked_by_id=mia, reason=PauseReason.leave, words=SECRET, begins_on=date(2027, 1, 1),
              until_on=date(2027, 2, 1), state="over", asked_at=now)
    )  # fmt: skip
    operator.add(
        Meeting(**key, uid="a", starts_at=now - timedelta(days=2, hours=1), ends_at=now - timedelta(days=2), zone="UTC",
                place=SECRET, video_url="https://x.example", agenda=SECRET, state=MeetingState.held,
                set_by_person_id=mia, made_at=now, changed_at=now)
    )  # fmt: skip
    operator.flush()
    operator.add(GoalStep(**of_goal, words=SECRET))
    operator.add(GoalEvent(**of_goal, turn=GoalTurn.progress, percent=40, words=SECRET, at=now))
    operator.add(GoalComment(**of_goal, author_person_id=mia, body=SECRET, created_at=now))
    operator.add(NoteVersion(**key, note_id=note, number=1, title=SECRET, body=SECRET, author_person_id=mia, at=now))
    operator.add(
        CheckInAnswer(**key, check_in_id=check_in, author_person_id=mia, how=4, said={"help": SECRET}, answered_at=now)
    )
    operator.commit()


@pytest.fixture
def sweep(worker_app, work):
    def run() -> None:
        with worker_app.app_context():
            jobs.find_what_is_old.func.__wrapped__()
            jobs.db.session.commit()
        work()

    return run


def ended(operator, pair, days_ago: int) -> None:
    operator.execute(
        sa.update(Mentorship).where(Mentorship.id == pair.id).values(ended_at=clock.now() - timedelta(days=days_ago))
    )
    operator.commit()


GONE = (Message, Note, NoteVersion, PairFile, GoalStep, GoalComment, CoordinatorNote, Pause, RequestMessage)


def test_words_of_an_ended_pair_go_and_its_figures_and_certificate_stay(
    whole, mentors, operator, sweep, sign_in, anonymous
):
    usual = RULES[Kept.mentorships].usual
    ended(operator, whole, usual - 1)
    sweep()
    for table in GONE:
        assert operator.scalars(sa.select(table)).all(), f"{table.__tablename__} has a day left"
    operator.rollback()
    ended(operator, whole, usual + 1)
    sweep()
    operator.rollback()
    operator.expire_all()
    for table in GONE:
        assert operator.scalars(sa.select(table)).all() == [], table.__tablename__
    goal = operator.scalars(sa.select(Goal)).one()
    assert (goal.title, goal.success, goal.percent, goal.state) == ("", "", 40, GoalState.open)
    event = operator.scalars(sa.select(GoalEvent)).one()
    assert (event.words, event.percent) == ("", 40)
    answer = operator.scalars(sa.select(CheckInAnswer)).one()
    assert (answer.said, answer.how) == ({}, 4)
    meeting = operator.scalars(sa.select(Meeting)).one()
    assert (meeting.place, meeting.video_url, meeting.agenda, meeting.state) == ("", "", "", MeetingState.held)
    agreement = operator.scalars(sa.select(MentoringAgreement)).one()
    assert (agreement.purpose, agreement.contact) == ("", "")
    assert agreement.rules_en
    assert len(operator.scalars(sa.select(AgreementSignature)).all()) == 2
    for back in operator.scalars(sa.select(LookBack)):
        assert (back.helped, back.changed, back.next_step, back.thanks) == ("", "", "", "")
    assert {one.kind for one in operator.scalars(sa.select(PairDocument))} == {PaperKind.certificate}
    code = operator.scalars(sa.select(Certificate.code)).one()
    assert anonymous.get(f"/certificates/{code}").status_code == 200
    lines = operator.scalars(sa.select(Activity).where(Activity.verb == "organisation.data_deleted")).all()
    assert [(one.org_id, one.data["subject"]) for one in lines] == [(whole.org_id, "mentorships")]
    assert SECRET not in str([one.data for one in lines])
    mia = sign_in(mentors.mia)
    for page in ("", "/agreement", "/goals", "/messages", "/notes", "/files", "/closing", "/check-ins"):
        response = mia.get(f"/acme/mentorships/{whole.id}{page}")
        assert response.status_code == 200, page
        assert SECRET not in response.text
    assert "is kept no longer" in mia.get(f"/acme/mentorships/{whole.id}").text


def test_the_organisation_that_keeps_the_pair_says_how_long_and_both_read_until_when(
    whole, mentors, operator, sweep, sign_in
):
    operator.add(Retention(org_id=mentors.max.org_id, subject=Kept.mentorships, days=3000))
    operator.add(Retention(org_id=whole.org_id, subject=Kept.mentorships, days=90))
    ended(operator, whole, 80)
    sweep()
    assert operator.scalars(sa.select(Message)).all()
    operator.rollback()
    said = {"acme": "What you two wrote is kept until", "globex": "Ce que vous avez écrit à deux est conservé jusqu’au"}
    for actor, place in ((mentors.mia, "acme"), (mentors.max, "globex")):
        page = sign_in(actor).get(f"/{place}/mentorships/{whole.id}").text
        assert said[place] in page
        assert "/account/privacy/" in page
    ended(operator, whole, 91)
    sweep()
    assert operator.scalars(sa.select(Message)).all() == []


def test_a_running_pair_keeps_its_words_however_old(pair, operator, sweep):
    write_everywhere(operator, pair)
    operator.execute(sa.update(Message).values(created_at=clock.now() - timedelta(days=4000)))
    operator.commit()
    sweep()
    assert operator.scalars(sa.select(Message)).all()


def test_every_table_of_pairs_says_what_becomes_of_its_words(app):
    del app
    tables = {mapper.local_table.name for mapper in Base.registry.mappers if issubclass(mapper.class_, OfPair)}
    # A candidate's own becomes a row of the pair when both have given theirs.
    tables.add(ReadinessAssessment.__tablename__)
    assert tables - set(FADING) - set(STAYS) == set(), (
        "Say in the feature's holdings.py which words go with time (fade), and open the table to the gate in its migration "
        "(gate_fading), or say here why nothing of it goes."
    )
    assert {name for name, one in FADING.items() if one.of == "pair"} - tables == set()
