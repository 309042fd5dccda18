"""A person's calendar feed: private by its address, revocable, of all their workspaces, and without a word of content."""

import re
from datetime import UTC, datetime

import sqlalchemy as sa
from icalendar import Calendar

from marketplace.meetings.models import CalendarFeed
from tests.marketplace.requests.conftest import letters

START = datetime(2026, 12, 1, 9, tzinfo=UTC)


def address(client) -> str:
    page = client.post("/calendar/address")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    return re.search(r"http://localhost(/calendar/[\w-]+\.ics)", page.text).group(1)


def test_a_calendar_fetches_the_meetings_and_nothing_of_what_is_said(pair, plan, mentors, sign_in, anonymous):
    mia = sign_in(mentors.mia)
    feed = address(mia)
    empty = anonymous.get(feed)
    assert (empty.status_code, empty.mimetype) == (200, "text/calendar")
    assert Calendar.from_ical(empty.data).events == []
    plan(START, video_url="https://meet.example/x", agenda="What the board said of me.")
    reply = anonymous.get(feed)
    (event,) = Calendar.from_ical(reply.data).events
    assert event.start == START
    assert str(event["SUMMARY"]) == "Mia Acme – Max Globex"
    assert event["LOCATION"] == "https://meet.example/x"
    assert b"board" not in reply.data and b"mailto" not in reply.data
    assert feed not in mia.get("/calendar/").text


def test_a_meeting_that_was_called_off_leaves_the_feed(pair, plan, mentors, sign_in, anonymous):
    meeting_id = plan(START)
    feed = address(sign_in(mentors.max))
    assert len(Calendar.from_ical(anonymous.get(feed).data).events) == 1
    assert sign_in(mentors.mia).post(f"/acme/meetings/{meeting_id}/cancellation").status_code == 303
    assert Calendar.from_ical(anonymous.get(feed).data).events == []


def test_a_leaked_address_is_revoked_by_a_new_one_or_taken_away(pair, plan, mentors, sign_in, anonymous, operator):
    mia = sign_in(mentors.mia)
    leaked = address(mia)
    second = address(mia)
    assert anonymous.get(leaked).status_code == 404
    assert anonymous.get(second).status_code == 200
    assert operator.scalar(sa.select(sa.func.count()).select_from(CalendarFeed)) == 1
    token = second.removeprefix("/calendar/").removesuffix(".ics")
    assert token.encode() not in operator.scalars(sa.select(CalendarFeed.token_hash)).one()
    assert mia.post("/calendar/removal").status_code == 303
    assert anonymous.get(second).status_code == 404
    assert anonymous.get("/calendar/nothing.ics").status_code == 404


def test_the_address_opens_nothing_else(pair, plan, mentors, sign_in, anonymous, operator, app):
    from tenants.shared.database import db

    meeting_id = plan(START)
    anonymous.get(address(sign_in(mentors.mia)))
    assert anonymous.get(f"/acme/meetings/{meeting_id}/").status_code == 303
    assert not letters(operator, "meeting_moved")
    with app.test_request_context("/"):
        seen = db.session.scalar(sa.text("SELECT count(*) FROM feed_meetings(:none, now())"), {"none": b"0" * 32})
    assert seen == 0
