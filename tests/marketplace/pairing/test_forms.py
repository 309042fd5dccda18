"""Each form says who is what: reverse swaps the words, peers are the same, circles keep their size."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask_babel import force_locale
from icalendar import Calendar

from marketplace.mentorships.models import Mentorship
from marketplace.pairing.models import Circle, CircleMeeting, CircleMember
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import Enrolment
from tenants.organisations.models import ConflictDeclaration, ConflictKind
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.letters import letter_scene, templates
from tenants.shared.models import Notice
from tests.factories import NOW, acting
from tests.marketplace.pairing.conftest import requests_of
from tests.marketplace.requests.conftest import FORM, letters

PEERS = {"mia": Side.peer, "pam": Side.peer, "max": Side.peer, "gus": Side.peer}
SIZE = {"circle": {"least": 3, "most": 4}}


@pytest.fixture
def enrolment_of(operator):
    def found(actor):
        operator.rollback()
        return operator.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == actor.person_id))

    return found


@pytest.fixture
def pair(sign_in, cast, operator, enrolment_of):
    """Mia asks Max in the cohort, he says yes, she confirms; the mentorship."""

    def paired(cohort):
        mia, max_ = sign_in(cast.mia), sign_in(cast.max)
        data = FORM | {"mentoring_form": cohort.form.value}
        sent = mia.post(f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}/requests", data=data)
        assert sent.status_code == 303, sent.text
        (asked,) = requests_of(operator)
        assert max_.post(f"/globex/requests/{asked.id}/acceptance", data={"accept-contact": ""}).status_code == 303
        assert mia.post(f"/acme/requests/{asked.id}/confirmation", data={"contact": ""}).status_code == 303
        operator.rollback()
        return operator.scalars(sa.select(Mentorship)).one()

    return paired


def test_in_a_reverse_mentorship_the_junior_is_the_mentor_everywhere(start, cast, sign_in, pair, operator, work):
    made = pair(start(Form.reverse))
    assert made.form == "reverse"
    work()
    assert "Max is your junior mentor" in sign_in(cast.mia).get(f"/acme/mentorships/{made.id}").text
    assert "your junior mentor" in sign_in(cast.mia).get("/acme/mentorships/").text
    page = sign_in(cast.max).get(f"/globex/mentorships/{made.id}").text
    # He reads French.
    assert "Vous êtes le mentor junior de Mia" in page


@pytest.mark.parametrize("asks", ["mia", "gus"])
def test_either_of_two_peers_may_ask_and_no_page_is_needed(start, cast, sign_in, operator, enrolment_of, asks):
    cohort = start(Form.peer, sides={"mia": Side.peer, "gus": Side.peer})
    one, other = cast[asks], cast[{"mia": "gus", "gus": "mia"}[asks]]
    client, place = sign_in(one), f"/{one.slug}/cohorts/{cohort.id}/matching"
    assert other.name in client.get(f"{place}/").text
    assert "Find your peer" in client.get(f"{place}/").text
    data = FORM | {"mentoring_form": "peer"}
    sent = client.post(f"{place}/{enrolment_of(other)}/requests", data=data)
    assert sent.status_code == 303
    (asked,) = requests_of(operator)
    page = sign_in(other).get(f"/{other.slug}/requests/{asked.id}").text
    assert f"{one.name.split()[0]} would like to be your peer" in page
    sign_in(other).post(f"/{other.slug}/requests/{asked.id}/acceptance", data={"accept-contact": ""})
    client.post(f"/{one.slug}/requests/{asked.id}/confirmation", data={"contact": ""})
    for somebody in (one, other):
        assert "You have your pair" in sign_in(somebody).get(f"/{somebody.slug}/cohorts/{cohort.id}/matching/").text


def test_inside_one_company_one_may_be_paired_and_between_firms_not(start, cast, sign_in):
    sides = {"gus": Side.mentee, "max": Side.mentor}
    inside = start(Form.organised, sides=sides, firms=("max",))
    between = start(Form.cross_company, sides=sides)
    gus = sign_in(cast.gus)
    assert "Max Globex" in gus.get(f"/globex/cohorts/{inside.id}/matching/").text
    assert "Max Globex" not in gus.get(f"/globex/cohorts/{between.id}/matching/").text


# --- circles ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def circle(start, cast, sign_in, operator, enrolment_of):
    """Ned composes a circle of Mia, Pam and Max; Gus sits in none."""
    cohort = start(Form.peer, sides=PEERS, **SIZE)
    people = [enrolment_of(cast[name]) for name in ("mia", "pam", "max")]
    path = f"/bridge/cohorts/{cohort.id}/circles/"
    made = sign_in(cast.ned).post(path, data={"name": "North", "people": people, "is_open": "y"})
    assert made.status_code == 303, made.text
    operator.rollback()
    return operator.scalars(sa.select(Circle)).one()


def at(actor, circle, further=""):
    return f"/{actor.slug}/cohorts/{circle.cohort_id}/circles/{circle.id}{further}"


def seats(operator):
    operator.rollback()
    return set(operator.scalars(sa.select(CircleMember.person_id).where(CircleMember.left_at.is_(None))))


def test_a_circle_keeps_to_its_size(start, cast, sign_in, operator, enrolment_of, circle):
    ned, path = sign_in(cast.ned), f"/bridge/cohorts/{circle.cohort_id}/circles/"
    small = ned.post(path, data={"name": "South", "people": [enrolment_of(cast.gus)], "is_open": "y"})
    assert small.status_code == 422 and "Choose between 3 and 4 people" in small.text and "South" in small.text
    taken_out = ned.post(at(cast.ned, circle, f"/members/{cast.mia.person_id}/removal"))
    assert taken_out.status_code == 409 and "too small" in taken_out.text
    assert sign_in(cast.gus).post(at(cast.gus, circle, "/members")).status_code == 303
    assert ned.post(at(cast.ned, circle, f"/members/{cast.mia.person_id}/removal")).status_code == 303
    assert seats(operator) == {cast[name].person_id for name in ("pam", "max", "gus")}


def test_a_member_leaves_and_the_circle_is_open_to_others(cast, sign_in, operator, circle):
    operator.get(Circle, (circle.org_id, circle.id)).is_open = False
    operator.commit()
    assert sign_in(cast.gus).post(at(cast.gus, circle, "/members")).status_code == 409
    mia = sign_in(cast.mia)
    assert "Leave this circle?" in mia.get(at(cast.mia, circle, f"/members/{cast.mia.person_id}/removal")).text
    assert mia.post(at(cast.mia, circle, f"/members/{cast.mia.person_id}/removal")).status_code == 303
    assert "1 more makes it a circle" in sign_in(cast.gus).get(at(cast.gus, circle)).text
    assert sign_in(cast.gus).post(at(cast.gus, circle, "/members")).status_code == 303


def test_a_seat_is_given_up_by_whoever_sits_in_it_once(cast, sign_in, operator, circle):
    """Nobody gives up another's seat, and one that was given up is gone; the form sends what a second window shows."""
    pam, ned = sign_in(cast.pam), sign_in(cast.ned)
    seat = {name: f"/members/{cast[name].person_id}/removal" for name in ("mia", "pam", "gus")}
    before = seats(operator)
    assert pam.post(at(cast.pam, circle, seat["mia"])).status_code == 404
    assert sign_in(cast.gus).post(at(cast.gus, circle, seat["gus"])).status_code == 404, "he sits in none"
    assert ned.post(at(cast.ned, circle, seat["gus"])).status_code == 404
    assert sign_in(cast.ann).post(at(cast.ann, circle, seat["mia"])).status_code == 404
    assert seats(operator) == before
    assert pam.post(at(cast.pam, circle, seat["pam"])).status_code == 303
    assert pam.post(at(cast.pam, circle, seat["pam"])).status_code == 404
    # Two of four sit there now: whoever runs the cohort takes nobody else out.
    assert ned.post(at(cast.ned, circle, seat["mia"])).status_code == 409
    assert seats(operator) == before - {cast.pam.person_id}


def test_a_conflict_keeps_somebody_out_without_a_word_of_it(cast, sign_in, operator, circle):
    operator.add(
        ConflictDeclaration(
            org_id=cast.mia.org_id,
            id=new_id(),
            other_org_id=cast.gus.org_id,
            kind=ConflictKind.competitor,
            since=date(2026, 1, 1),
            declared_by_id=cast.ann.person_id,
        )
    )
    operator.commit()
    refused = sign_in(cast.gus).post(at(cast.gus, circle, "/members"))
    assert refused.status_code == 409 and "not possible here" in refused.text and "conflict" not in refused.text.lower()


def test_members_meet_and_write_and_nobody_else_reads_it(cast, sign_in, operator, circle):
    mia, gus, ned = sign_in(cast.mia), sign_in(cast.gus), sign_in(cast.ned)
    wrong = {"meeting-day": "2026-10-01", "meeting-at": "18:00", "meeting-minutes": "90"}
    assert "This day is over" in mia.post(at(cast.mia, circle, "/meetings"), data=wrong).text
    right = wrong | {"meeting-day": "2026-12-01", "meeting-place": "Room of the elms"}
    assert mia.post(at(cast.mia, circle, "/meetings"), data=right).status_code == 303
    assert (
        mia.post(at(cast.mia, circle, "/notes"), data={"note-body": "Elms first", "note-version": "0"}).status_code
        == 303
    )
    page = sign_in(cast.pam).get(at(cast.pam, circle)).text
    assert "Room of the elms" in page and "Elms first" in page
    file = page.split('calendar.ics"')[0].rsplit('"', 1)[1] + "calendar.ics"
    (event,) = Calendar.from_ical(mia.get(file).data).walk("VEVENT")
    assert event.start.isoformat() == "2026-12-01T18:00:00+01:00" and event["LOCATION"] == "Room of the elms"
    for actor, client in ((cast.gus, gus), (cast.ned, ned)):
        outside = client.get(at(actor, circle)).text
        assert "North" in outside and "Elms" not in outside and "elms" not in outside
        assert client.post(at(actor, circle, "/notes"), data={"note-body": "x", "note-version": "1"}).status_code == 404


def test_whoever_saves_the_notes_second_sees_both_and_loses_nothing(cast, sign_in, circle):
    mia, pam = sign_in(cast.mia), sign_in(cast.pam)
    assert (
        mia.post(at(cast.mia, circle, "/notes"), data={"note-body": "Mia was here", "note-version": "0"}).status_code
        == 303
    )
    second = pam.post(at(cast.pam, circle, "/notes"), data={"note-body": "Pam too", "note-version": "0"})
    assert second.status_code == 422 and "Mia was here" in second.text and "Pam too" in second.text
    assert pam.post(at(cast.pam, circle, "/notes"), data={"note-body": "Both", "note-version": "1"}).status_code == 303


def test_circles_are_for_their_own_cohort(cast, sign_in, circle):
    for name in ("hal", "olga", "abe", "ann"):
        assert sign_in(cast[name]).get(at(cast[name], circle)).status_code == 404


def test_members_are_told_who_comes_and_goes_and_when_they_meet(
    app, cast, sign_in, operator, enrolment_of, circle, work
):
    """One walk: Ned composes, Gus joins, Ned moves Mia to another circle, a date is set, called off and set again; Pam leaves."""
    ned, gus, pam = (sign_in(cast[name]) for name in ("ned", "gus", "pam"))
    names = {cast[name].person_id: name for name in ("mia", "pam", "max", "gus", "ned")}

    def told(kind):
        """By the notices, which keep what a letter that was sent no longer holds."""
        operator.rollback()
        rows = operator.scalars(sa.select(Notice).where(Notice.kind == kind))
        found = sorted((names[one.person_id], one.data.get("what", ""), one.data["circle"]) for one in rows)
        operator.execute(sa.delete(Notice))
        operator.commit()
        return [(name, what) if circle == "North" else (name, what, circle) for name, what, circle in found]

    work()
    assert told("circle_seat") == [("max", "composed"), ("mia", "composed"), ("pam", "composed")]
    gus.post(at(cast.gus, circle, "/members"))
    work()
    assert told("circle_changed") == [("max", "joined"), ("mia", "joined"), ("pam", "joined")]
    path = f"/bridge/cohorts/{circle.cohort_id}/circles/"
    assert ned.post(path, data={"name": "South", "is_open": "y"}).status_code == 303
    south = operator.scalar(sa.select(Circle.id).where(Circle.name == "South"))
    operator.rollback()
    moved = at(cast.ned, circle, f"/members/{cast.mia.person_id}/transfer")
    assert "South" in ned.get(moved.replace("transfer", "removal")).text
    assert ned.post(moved, data={"move-circle": "1"}).status_code == 422
    assert ned.post(moved, data={"move-circle": south}).status_code == 303
    work()
    assert told("circle_changed") == [("gus", "left"), ("max", "left"), ("pam", "left")]
    assert {one.person_id for one in letters(operator, "circle_seat")} >= {cast.mia.person_id}
    # North is as small as it may be now.
    next_one = ned.post(at(cast.ned, circle, f"/members/{cast.pam.person_id}/transfer"), data={"move-circle": south})
    assert next_one.status_code == 409 and "Give somebody else a seat in it first" in next_one.text
    meeting = {"meeting-day": "2026-12-01", "meeting-at": "18:00", "meeting-minutes": "90", "meeting-place": "Elms"}
    assert pam.post(at(cast.pam, circle, "/meetings"), data=meeting).status_code == 303
    work()
    assert told("circle_meeting") == [("gus", "set"), ("max", "set")]
    one = operator.scalars(sa.select(CircleMeeting.id)).one()
    operator.rollback()
    for what in ("cancellation", "cancellation", "restoration"):
        assert pam.post(at(cast.pam, circle, f"/meetings/{one}/{what}")).status_code == 303
        work()
    # Called off twice is called off once.
    both = [(name, what) for name in ("gus", "max") for what in ("cancelled", "restored")]
    assert told("circle_meeting") == both
    assert (
        "whoever runs the programme is told"
        in pam.get(at(cast.pam, circle, f"/members/{cast.pam.person_id}/removal")).text
    )
    assert pam.post(at(cast.pam, circle, f"/members/{cast.pam.person_id}/removal")).status_code == 303
    work()
    assert {names[one.person_id] for one in letters(operator, "circle_small")} == {"ned"}
    assert told("circle_changed") == [("gus", "left"), ("max", "left")]
    assert "move its members to another circle" in ned.get(at(cast.ned, circle)).text
    # Whoever leaves the cohort leaves the circle.
    leaver = enrolment_of(cast.max)
    operator.rollback()
    with acting(app, cast.ned):
        jobs.announce("enrolment.ended", org_id=circle.org_id, enrolment_id=leaver)
        db.session.commit()
    work()
    assert seats(operator) == {cast.gus.person_id, cast.mia.person_id}
    assert told("circle_changed") == [("gus", "left")]


WAYS = {
    # (kind, what it is made of beside the names): what it says in the cross-company, peer, reverse and external form.
    ("request_reminder", ""): (
        "to be their mentor",
        "to be their peer",
        "to be their junior mentor",
        "a student of Globex",
    ),
    ("request_withdrawn", ""): ("be their mentor", "be their peer", "be their junior mentor", "be their mentor"),
    ("request_declined", ""): ("be your mentor", "be your peer", "be your junior mentor", "be your mentor"),
    ("mentorship_confirmed", "mentor"): (
        *(
            "have both said yes.",
            "is your peer: each",
            "You are the junior mentor of",
            "You accompany Max Globex, a student",
        ),
    ),
    ("mentorship_confirmed", "mentee"): (
        *(
            "have both said yes.",
            "is your peer: each",
            "is your junior mentor: here",
            "accompanies you while you study",
        ),
    ),
}


def test_letters_call_people_what_the_form_calls_them(app):
    for (kind, side), ways in WAYS.items():
        for form, words in zip(("cross_company", "peer", "reverse", "external"), ways, strict=True):
            assert words in said(app, kind, form=form, mentor=side == "mentor"), (kind, form)
    for kind in ("request_reminder", "request_expired"):
        assert "committee" in said(app, kind, form="cross_company", proposed=True)
        assert "committee" not in said(app, kind, form="cross_company")


def said(app, kind, **facts):
    names = {
        f"{who}_{what}": "Globex" if what == "firm" else "Max Globex"
        for who in ("mentee", "mentor", "other")
        for what in ("name", "firm")
    }
    scene = names | {"url": "/acme/", "answer_url": "/links/abc", "due_at": NOW.isoformat()} | facts
    with app.test_request_context("/"), force_locale("en"):
        page = templates().get_template(f"letters/{kind}/letter.txt")
        module = page.make_module(letter_scene(scene) | {"zone": ZoneInfo("UTC")})
        return " ".join([str(module.subject), *(word for word in module.words if word), *getattr(module, "after", [])])
