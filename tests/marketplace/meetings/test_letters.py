"""From the letters alone: plan, move, call off, answer, without signing in; and the calendar files on the way."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from marketplace.meetings.models import MeetingState
from tenants.affiliations.models import Assistance
from tenants.shared.database import new_id
from tests.factories import NOW
from tests.marketplace.meetings.conftest import the_meeting
from tests.marketplace.requests.conftest import letters

FIRST = datetime(2026, 11, 3, 22, tzinfo=UTC)


def links_in(message) -> list[str]:
    return re.findall(r"http://localhost(/links/\S+)", message.get_body(("plain",)).get_content())


def link_in(message) -> str:
    return links_in(message)[0]


def event_in(message):
    (file,) = message.iter_attachments()
    calendar = Calendar.from_ical(file.get_payload(decode=True))
    assert file["Content-Type"].params["method"] == calendar["METHOD"]
    return calendar["METHOD"], calendar.events[0]


def latest(mailbox, actor, words):
    found = [message for message in mailbox.to(actor.email) if words in message["Subject"]]
    assert found, [message["Subject"] for message in mailbox.to(actor.email)]
    return found[-1]


def test_a_pair_meets_acting_from_letters_alone(
    pair, hours, mentors, anonymous, mailbox, work, strike, operator, monkeypatch
):
    work()
    arrange = link_in(latest(mailbox, mentors.mia, "is confirmed"))
    page = anonymous.get(arrange).text
    assert "17:00 (Toronto)" in page
    assert anonymous.post(f"{arrange}/meeting", data={}).status_code == 422
    done = anonymous.post(f"{arrange}/meeting", data={"slot": FIRST.isoformat(), "agenda": "Between us."})
    assert done.status_code == 200 and "Tuesday 3 November, 23:00 (Paris)" in done.text
    assert anonymous.post(f"{arrange}/meeting", data={"slot": FIRST.isoformat()}).status_code == 410
    work()

    maxs = latest(mailbox, mentors.max, "rencontre")
    method, event = event_in(maxs)
    assert (method, event["SEQUENCE"], event.start) == ("REQUEST", 0, FIRST)
    assert [one.params["PARTSTAT"] for one in event["ATTENDEE"]] == ["ACCEPTED", "NEEDS-ACTION"]
    assert "17:00 (Toronto)" in maxs.get_body(("plain",)).get_content()
    assert "Between us." not in maxs.as_string()
    uid = event["UID"]

    move = link_in(maxs)
    form = {"slot": "other", "day": "2026-11-05", "at": "09:00", "minutes": "45", "sequence": "0"}
    assert anonymous.post(f"{move}/meeting-time", data=form).status_code == 200
    work()
    moved = datetime(2026, 11, 5, 14, tzinfo=UTC)
    for actor in (mentors.mia, mentors.max):
        method, event = event_in(mailbox.to(actor.email)[-1])
        assert (method, event["UID"], event["SEQUENCE"], event.start) == ("REQUEST", uid, 1, moved)

    strike(moved - timedelta(hours=23))
    soon = latest(mailbox, mentors.mia, "Soon")
    assert "15:00 (Paris)" in soon.get_body(("plain",)).get_content()
    strike(moved + timedelta(hours=1))
    _plan_the_next, asked = links_in(latest(mailbox, mentors.mia, "Did you meet"))
    assert anonymous.post(f"{asked}/meeting-outcome", data={"said": "held"}).status_code == 200
    assert the_meeting(operator).state is MeetingState.held
    assert anonymous.post(f"{asked}/meeting-outcome", data={"said": "missed"}).status_code == 410


def test_called_off_from_the_letter_and_the_other_link_tells_so(
    pair, plan, mentors, anonymous, mailbox, work, operator
):
    plan(datetime(2026, 12, 1, 9, tzinfo=UTC))
    work()
    mias, maxs = (link_in(mailbox.to(actor.email)[-1]) for actor in (mentors.mia, mentors.max))
    assert anonymous.post(f"{mias}/meeting-cancellation").status_code == 200
    form = {"slot": "other", "day": "2026-12-02", "at": "09:00", "minutes": "45", "sequence": "0"}
    late = anonymous.post(f"{maxs}/meeting-time", data=form)
    assert late.status_code == 409
    work()
    method, event = event_in(latest(mailbox, mentors.max, "annul"))
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)


def test_a_mentor_says_from_the_letter_when_they_can_be_met(pair, mentors, anonymous, mailbox, work, sign_in):
    work()
    arrange = link_in(latest(mailbox, mentors.max, "confirmé"))
    form = {"minutes": "30", "notice": "24", "day3-starts": "08:00", "day3-ends": "09:00"}
    assert anonymous.post(f"{arrange}/meeting-hours", data=form | {"day3-ends": ""}).status_code == 422
    assert anonymous.post(f"{arrange}/meeting-hours", data=form).status_code == 200
    assert "14:00 – 14:30" in sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}/meetings/new").text
    # A link about one thing does nothing about another.
    assert anonymous.post(f"{arrange}/meeting-cancellation").status_code == 404


@pytest.fixture
def helper(operator, mentors):
    """Gus assists Max."""
    gus, max_ = mentors.gus, mentors.max
    operator.add(
        Assistance(
            org_id=max_.org_id,
            id=new_id(),
            assistant_id=gus.affiliation_id,
            assistant_person_id=gus.person_id,
            executive_id=max_.affiliation_id,
            executive_person_id=max_.person_id,
            invited_by_id=max_.person_id,
            since=NOW.date(),
            assistant_accepted_at=NOW,
            executive_accepted_at=NOW,
            created_at=NOW,
        )
    )
    operator.execute(sa.text("UPDATE assistance SET since = current_date - 1"))
    operator.commit()
    return gus


def test_an_assistant_gets_with_whom_and_when_and_nothing_else(
    pair, plan, helper, mentors, mailbox, work, operator, sign_in
):
    starts = datetime(2027, 12, 1, 9, tzinfo=UTC)
    meeting_id = plan(starts, place="Room 4", agenda="What the board said of me.")
    work()
    (letter,) = letters(operator, "meeting_assisted")
    assert letter.person_id == helper.person_id
    message = mailbox.to(helper.email)[-1]
    method, event = event_in(message)
    assert (method, event.start, str(event["SUMMARY"])) == ("REQUEST", starts, "Mia Acme – Max Globex")
    whole = message.as_string()
    assert "LOCATION" not in whole and "Room 4" not in whole and "board" not in whole
    assert sign_in(helper).get(f"/globex/meetings/{meeting_id}/").status_code == 404
    page = sign_in(helper).get("/globex/assisting/").text
    assert "1 December 2027" in page and "Room 4" not in page
