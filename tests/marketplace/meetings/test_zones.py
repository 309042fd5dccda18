"""Wall clocks and moments: over every IANA zone, and over every pair of zones that behaves differently, for two years."""

from __future__ import annotations

from bisect import bisect
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.tz import tzical
from icalendar import Calendar

from marketplace.meetings.hours import Away, Hours, Single, Weekly, free_slots, moment_of
from tenants.shared.calendars import Entry, calendar_file, transitions, zone_description

BEGIN, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2028, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONES = sorted(name for name in available_timezones() if name not in ("localtime", "Factory"))


@pytest.fixture(scope="module")
def behaviours() -> dict[tuple[object, ...], str]:
    """One zone for each way in which clocks go in these two years."""
    found: dict[tuple[object, ...], str] = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        changes = transitions(zone, BEGIN, END)
        found.setdefault(
            (BEGIN.astimezone(zone).utcoffset(), *((at, at.astimezone(zone).utcoffset()) for at in changes)), name
        )
    return found


def test_every_zone_is_looked_at(behaviours):
    assert len(ZONES) > 400
    assert len(behaviours) > 40
    assert sum(len(way) > 1 for way in behaviours) > 10


def test_every_change_of_every_zone_resolves_by_the_written_rule(behaviours):
    """Just before a change, in what it skips or repeats, and just after it."""
    looked_at = 0
    for name in behaviours.values():
        zone = ZoneInfo(name)
        for change in transitions(zone, BEGIN, END):
            before = (change - timedelta(seconds=1)).astimezone(zone).utcoffset()
            after = change.astimezone(zone).utcoffset()
            jump = after - before
            wall = (change + before).replace(tzinfo=None)  # what the clocks would have shown
            for minutes in range(-180, 181, 15):
                local = wall + timedelta(minutes=minutes)
                moment = moment_of(local.date(), local.time(), zone)
                shown = moment.astimezone(zone).replace(tzinfo=None)
                if timedelta(0) <= local - wall < jump:  # skipped: as much later as clocks jump
                    assert shown - local == jump, (name, local)
                else:
                    assert shown == local, (name, local)
                    if jump <= local - wall < timedelta(0):  # repeated: the first of the two
                        assert moment.astimezone(zone).fold == 0 and moment < change, (name, local)
                looked_at += 1
    assert looked_at > 1000


def test_a_weekly_hour_stays_at_the_mentors_wall_clock_for_every_pair_of_zones(behaviours):
    """What the mentee's clock shows moves with both zones' changes; the mentor's never does."""
    daily = tuple(Weekly(weekday, time(17), time(18)) for weekday in range(7))
    clocks = {name: clock_of(ZoneInfo(name)) for name in behaviours.values()}
    pairs = 0
    for mentor, (mentors_changes, _offsets) in clocks.items():
        zone = ZoneInfo(mentor)
        hours = Hours(mentor, minutes=60, notice_hours=0, weekly=daily)
        found = [one.starts_at for one in free_slots(hours, [], now=BEGIN, until=END)]
        assert len(found) >= 730
        assert {f"{at.astimezone(zone):%H:%M}" for at in found} == {"17:00"}, mentor
        assert all(timedelta(hours=21) <= later - earlier <= timedelta(hours=27) for earlier, later in pairwise(found))
        for mentee, (changes, offsets) in clocks.items():
            there = ZoneInfo(mentee)
            for change in {*mentors_changes, *changes}:
                nearest = bisect(found, change)
                for at in found[max(nearest - 1, 0) : nearest + 1]:
                    shown = at.astimezone(there).replace(tzinfo=None)
                    assert shown == at.replace(tzinfo=None) + offsets[bisect(changes, at)], (mentor, mentee, at)
            pairs += 1
    assert pairs == len(clocks) ** 2


def clock_of(zone: ZoneInfo) -> tuple[list[datetime], list[timedelta]]:
    """The changes of a zone's clocks, and the offset before the first and after each."""
    changes = transitions(zone, BEGIN, END)
    return changes, [at.astimezone(zone).utcoffset() or timedelta(0) for at in (BEGIN, *changes)]


def test_the_description_of_every_zone_in_a_calendar_file_is_right_for_an_independent_reader(behaviours, tmp_path):
    """python-dateutil reads VTIMEZONE by its rules; its answer is compared with the zone's own around every change."""
    for name in behaviours.values():
        zone = ZoneInfo(name)
        file = tmp_path / "zone.ics"
        file.write_bytes(zone_description(name, BEGIN, END).to_ical())
        read = tzical(str(file)).get(name)
        for change in [*transitions(zone, BEGIN, END), BEGIN, END]:
            for hours in (-30, -5, -2, 2, 5, 30):
                local = (change + hours * HOUR).astimezone(zone).replace(tzinfo=None)
                if moment_of(local.date(), local.time(), zone) != change + hours * HOUR:
                    continue  # a time that comes twice; files say those in UTC
                assert local.replace(tzinfo=read).utcoffset() == (change + hours * HOUR).astimezone(zone).utcoffset(), (
                    name,
                    local,
                )


def test_a_file_says_the_same_moment_for_every_zone(behaviours):
    moments = [BEGIN + timedelta(days=31 * month, hours=7 * month) for month in range(24)]
    for name in behaviours.values():
        entries = [Entry(f"{n}@x", 0, "A – B", at, at + HOUR, name) for n, at in enumerate(moments)]
        read = Calendar.from_ical(calendar_file("PUBLISH", entries, now=BEGIN))
        assert [event.start.astimezone(UTC) for event in read.events] == moments, name


def test_the_second_of_two_equal_hours_is_written_in_utc():
    """25 October 2026, 02:30 in Paris comes twice; a wall clock alone would mean the first."""
    for at, stamp in (
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), b"DTSTART;TZID=Europe/Paris:20261025T023000"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), b"DTSTART:20261025T013000Z"),
    ):
        file = calendar_file("REQUEST", [Entry("1@x", 0, "A – B", at, at + HOUR / 4, "Europe/Paris")], now=BEGIN)
        assert stamp in file
        assert Calendar.from_ical(file).events[0].start.astimezone(UTC) == at


def test_a_pattern_over_a_change_of_clocks_offers_each_time_once():
    """Sunday 28 March 2027 in Paris: from 01:00 to 05:00 there are three hours, not four."""
    night = Hours("Europe/Paris", minutes=60, notice_hours=0, weekly=(Weekly(6, time(1), time(5)),))
    day = datetime(2027, 3, 27, 22, tzinfo=UTC)
    found = free_slots(night, [], now=day, until=day + 12 * HOUR)
    paris = ZoneInfo("Europe/Paris")
    assert [f"{one.starts_at.astimezone(paris):%H:%M}" for one in found] == ["01:00", "03:00", "04:00"]
    assert all(later.starts_at >= earlier.ends_at for earlier, later in pairwise(found))


def test_notice_days_away_and_what_is_taken_are_left_out():
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    hours = Hours(
        "Europe/Paris",
        minutes=30,
        notice_hours=24,
        weekly=(Weekly(1, time(9), time(11)), Weekly(2, time(9), time(10))),
        single=(
            Single(date(2026, 11, 6), time(8), "America/Toronto"),
            Single(date(2026, 11, 3), time(6), "Europe/Paris"),
        ),
        away=(Away(date(2026, 11, 4), date(2026, 11, 5)),),
    )
    busy = [(datetime(2026, 11, 3, 9, 15, tzinfo=UTC), datetime(2026, 11, 3, 9, 45, tzinfo=UTC))]
    found = [one.starts_at for one in free_slots(hours, busy, now=now, until=now + timedelta(days=5))]
    # Tuesday's first hour is too soon, its second is taken; on Wednesday they are away; eight in Toronto remains.
    assert found == [datetime(2026, 11, 6, 13, tzinfo=UTC)]


def test_what_is_kept_is_what_is_read():
    hours = Hours(
        "Asia/Kathmandu",
        90,
        96,
        (Weekly(0, time(9, 30), time(12)),),
        (Single(date(2027, 1, 2), time(8), "UTC"),),
        (Away(date(2027, 1, 1), date(2027, 1, 3)),),
    )
    assert Hours.read(hours.zone, hours.minutes, hours.notice_hours, hours.pattern()) == hours
