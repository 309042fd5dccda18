"""A talk before confirming: only a yes of both begins a mentorship, and nobody learns who said no."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from marketplace.meetings.models import Meeting, MeetingState
from marketplace.mentorships.models import Mentorship
from marketplace.requests import jobs as request_jobs
from marketplace.requests.models import ChemistryAnswer, RequestState
from tenants.shared.database import db
from tenants.shared.models import Activity, Notice
from tests.factories import NOW, acting
from tests.marketplace.meetings.test_letters import latest, link_in
from tests.marketplace.requests.conftest import letters, row

START = datetime(2026, 11, 5, 9, tzinfo=UTC)
OVER = START + timedelta(minutes=31)
DUE = START + timedelta(minutes=30) + timedelta(days=3)
TIME = {"slot": "other", "day": "2026-11-05", "at": "10:00", "minutes": "30"}


@pytest.fixture
def accepted(ask, step, mentors, work):
    """Max says yes, and would like to talk first."""
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="", contact="max@globex.example", talk_first=True)
    work()
    return asked


@pytest.fixture
def talked(accepted, mentors, sign_in, monkeypatch, work):
    """The two have talked, and are asked."""
    page = f"/acme/requests/{accepted}/chemistry-meeting/time/"
    assert sign_in(mentors.mia).post(page, data=TIME).status_code == 303
    work()
    monkeypatch.setattr("tenants.shared.clock.now", lambda: OVER)
    return accepted


@pytest.fixture
def tick(worker_app, monkeypatch, work):
    """Let the requests' clock strike at a moment."""

    def at(moment):
        monkeypatch.setattr("tenants.shared.clock.now", lambda: moment)
        with worker_app.app_context():
            request_jobs.turn_clock_of_requests.func.__wrapped__()
            db.session.commit()
        work()

    return at


def answer(sign_in, actor, asked, said, contact=""):
    page = f"/{actor.slug}/requests/{asked}/chemistry-answer"
    return sign_in(actor).post(page, data={"goes_on": said, "contact": contact}).status_code


def test_a_yes_of_both_begins_the_mentorship_at_once(talked, mentors, sign_in, operator, work):
    assert answer(sign_in, mentors.max, talked, "yes") == 303
    work()
    assert row(operator, talked).state is RequestState.accepted
    assert answer(sign_in, mentors.mia, talked, "yes", "mia@acme.example") == 303
    work()
    assert row(operator, talked).state is RequestState.confirmed
    pair = operator.scalars(sa.select(Mentorship)).one()
    assert "mia@acme.example" in sign_in(mentors.max).get(f"/globex/mentorships/{pair.id}").text
    assert len(letters(operator, "mentorship_confirmed")) == 2
    assert operator.scalars(sa.select(ChemistryAnswer)).all() == []


def test_the_request_waits_for_the_talk_and_a_little_longer(accepted, mentors, sign_in, operator, tick):
    assert row(operator, accepted).due_at > NOW + timedelta(days=13)
    assert len(letters(operator, "chemistry_wanted")) == 2 and not letters(operator, "request_accepted")
    mia = sign_in(mentors.mia)
    assert mia.post(f"/acme/requests/{accepted}/confirmation", data={"contact": ""}).status_code == 409
    far = TIME | {"day": "2026-12-20"}
    assert mia.post(f"/acme/requests/{accepted}/chemistry-meeting/time/", data=far).status_code == 409
    assert mia.post(f"/acme/requests/{accepted}/chemistry-meeting/time/", data=TIME).status_code == 303
    assert row(operator, accepted).due_at == DUE
    assert answer(sign_in, mentors.mia, accepted, "yes") == 409
    twice = mia.post(f"/acme/requests/{accepted}/chemistry-meeting/time/", data=TIME | {"at": "15:00"})
    assert twice.status_code == 409
    tick(DUE - timedelta(seconds=1))
    assert row(operator, accepted).state is RequestState.accepted


ENDINGS = {
    "the mentee says no": (("mia", "no"), ("max", "yes")),
    "the mentor says no": (("mia", "yes"), ("max", "no")),
    "both say no": (("mia", "no"), ("max", "no")),
    "one is silent": (("mia", "yes"),),
    "both are silent": (),
}


def seen_by(name, talked, mentors, sign_in, operator):
    """All that one of the two, or their employers, can see of how it stands: page, list, notices, letters, log."""
    actor = mentors[name]
    client = sign_in(actor)
    pages = [client.get(f"/{actor.slug}/{page}").text for page in (f"requests/{talked}", "requests/", "notices/")]
    operator.rollback()
    told = operator.execute(
        sa.text(
            "SELECT kind, data - 'url', created_at FROM letter WHERE person_id = :me AND kind LIKE 'chem%' ORDER BY id"
        ),
        {"me": actor.person_id},
    ).all()
    lines = operator.execute(
        sa.select(Activity.verb, Activity.at, Activity.actor_person_id, Activity.data).order_by(
            Activity.org_id, Activity.number
        )
    ).all()
    notices = operator.execute(sa.select(Notice.kind, Notice.data).where(Notice.person_id == actor.person_id)).all()
    return pages, told, lines, notices


def masked(text, asked):
    """Without what differs between two visits of the same page: the tokens of its forms."""
    return re.sub(r"[\w.-]{40,}", "", text.replace(str(asked), "#"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_nobody_learns_who_said_no(ending, talked, mentors, sign_in, operator, work, tick):
    """Whoever said what: nothing moves before the day, and then both read the same words as after silence."""
    for name, said in ENDINGS[ending]:
        assert answer(sign_in, mentors[name], talked, said) == 303
    work()
    before = row(operator, talked)
    assert (before.state, before.due_at, before.updated_at < OVER) == (RequestState.accepted, DUE, True)
    tick(DUE - timedelta(seconds=1))
    assert row(operator, talked).state is RequestState.accepted
    tick(DUE)
    found = row(operator, talked)
    assert (found.state, found.closed_at, found.holds_place) == (RequestState.lapsed, DUE, False)
    assert operator.scalars(sa.select(Mentorship)).all() == []
    assert operator.scalars(sa.select(ChemistryAnswer)).all() == []
    told = letters(operator, "chemistry_ended")
    assert {letter.person_id for letter in told} == {mentors.mia.person_id, mentors.max.person_id}
    assert not letters(operator, "request_lapsed")
    for name in ("mia", "max"):
        (text, *_rest), _told, lines, _notices = seen_by(name, talked, mentors, sign_in, operator)
        ended = [(line.verb, line.actor_person_id) for line in lines if line.verb.startswith("request.lapsed")]
        assert ended == [("request.lapsed", None)] * 2
        if name == "mia":
            assert "The time is over without a yes of both." in text
            assert "did not confirm" not in text


def test_while_it_is_open_the_other_sees_nothing_of_an_answer(talked, mentors, sign_in, operator, work, app):
    before = {name: seen_by(name, talked, mentors, sign_in, operator) for name in ("max", "ann", "gil")}
    assert answer(sign_in, mentors.mia, talked, "no") == 303
    work()
    for name, seen in before.items():
        after = seen_by(name, talked, mentors, sign_in, operator)
        assert [masked(page, talked) for page in after[0]] == [masked(page, talked) for page in seen[0]], name
        assert after[1:] == seen[1:], name
    for name in ("max", "ann", "gil", "ned", "pam"):
        with acting(app, mentors[name]):
            assert db.session.query(ChemistryAnswer).count() == 0
    with acting(app, mentors.mia):
        assert db.session.query(ChemistryAnswer).count() == 1
    assert "Your answer is kept" in sign_in(mentors.mia).get(f"/acme/requests/{talked}").text


def test_from_the_letters_alone(ask, step, mentors, anonymous, mailbox, work, strike, operator):
    asked = ask(mentors.mia, mentors.max)
    work()
    received = link_in(latest(mailbox, mentors.max, "demande"))
    form = {"accept-words": "", "accept-contact": "max@globex.example"}
    assert anonymous.post(f"{received}/acceptance", data=form).status_code == 200
    work()
    confirm = link_in(latest(mailbox, mentors.mia, "says yes"))
    assert anonymous.post(f"{confirm}/chemistry-meeting").status_code == 200
    work()
    arrange = link_in(latest(mailbox, mentors.mia, "chemistry"))
    assert anonymous.post(f"{arrange}/meeting", data=TIME).status_code == 200
    work()
    strike(OVER)
    mias, maxs = (link_in(mailbox.to(actor.email)[-1]) for actor in (mentors.mia, mentors.max))
    assert anonymous.post(f"{mias}/chemistry-answer", data={}).status_code == 422
    assert (
        anonymous.post(f"{mias}/chemistry-answer", data={"goes_on": "yes", "contact": "at my desk"}).status_code == 200
    )
    assert anonymous.post(f"{maxs}/chemistry-answer", data={"goes_on": "yes"}).status_code == 200
    work()
    assert row(operator, asked).state is RequestState.confirmed
    assert link_in(latest(mailbox, mentors.mia, "is confirmed"))


def test_a_request_that_is_withdrawn_takes_its_talk_along(talked, mentors, sign_in, operator, work, monkeypatch):
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW + timedelta(hours=2))
    assert sign_in(mentors.mia).post(f"/acme/requests/{talked}/withdrawal", data={"words": ""}).status_code == 303
    work()
    operator.rollback()
    assert operator.scalars(sa.select(Meeting.state)).one() is MeetingState.cancelled
    assert len(letters(operator, "meeting_cancelled")) == 2
