"""The first meeting's calendar file: readable by others, on a working day, right across a change of clocks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from marketplace.mentorships.calendar import first_meeting, meeting_facts, meeting_file

PARIS, LISBON, AUCKLAND = ZoneInfo("Europe/Paris"), ZoneInfo("Europe/Lisbon"), ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize("zone", [PARIS, LISBON, AUCKLAND])
@pytest.mark.parametrize("day", range(1, 32))
def test_it_is_at_ten_on_a_working_day_a_week_later_or_little_more(zone, day):
    confirmed = datetime(2026, 10, day, 22, 30, tzinfo=UTC)
    start, end = first_meeting(confirmed, zone)
    local = start.astimezone(zone)
    assert (local.hour, local.minute) == (10, 0)
    assert local.weekday() < 5
    assert 6 <= (start - confirmed).total_seconds() / 86400 <= 10
    assert (end - start).total_seconds() == 45 * 60


def test_the_clocks_go_back_between_the_two_days():
    start, _end = first_meeting(datetime(2026, 10, 20, 8, tzinfo=UTC), PARIS)
    assert start == datetime(2026, 10, 27, 9, tzinfo=UTC)


def test_the_file_can_be_read_back_and_keeps_the_hour_free():
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    facts = meeting_facts(7, "Mia Acme – Max Globex\r\nBEGIN:VEVENT", now, PARIS)
    read = Calendar.from_ical(meeting_file(facts, now=now, description="A first hour.", url="http://localhost/x"))
    events = read.walk("VEVENT")
    assert len(events) == 1
    assert events[0]["uid"] == facts["uid"]
    assert events[0]["transp"] == "TRANSPARENT"
    assert events[0].start == datetime.fromisoformat(facts["start"])
