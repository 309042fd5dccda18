"""The first meeting as a calendar file: a placeholder that the pair moves to where it suits both."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

DOMAIN = "passerelle"
LENGTH = timedelta(minutes=45)
HOUR = time(10)


def first_meeting(confirmed_at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A week after both said yes, at ten in ``zone``, on the next working day; start and end, in UTC."""
    day = confirmed_at.astimezone(zone).date() + timedelta(days=7)
    while day.weekday() > 4:
        day += timedelta(days=1)
    start = datetime.combine(day, HOUR, zone).astimezone(UTC)
    return start, start + LENGTH


def meeting_facts(mentorship_id: int, summary: str, confirmed_at: datetime, zone: ZoneInfo) -> dict[str, str]:
    """What a letter needs to attach the file: uid, summary, start and end (ISO 8601, UTC)."""
    start, end = first_meeting(confirmed_at, zone)
    return {
        "uid": f"mentorship-{mentorship_id}-first@{DOMAIN}",
        "summary": summary,
        "start": start.isoformat(),
        "end": end.isoformat(),
    }


def meeting_file(facts: dict[str, str], *, now: datetime, description: str, url: str) -> bytes:
    """The calendar file (RFC 5545) of ``facts``: tentative, so that no calendar counts the hour as busy."""
    event = Event()
    event.add("uid", facts["uid"])
    event.add("summary", facts["summary"])
    event.add("description", description)
    event.add("url", url)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", datetime.fromisoformat(facts["start"]))
    event.add("dtend", datetime.fromisoformat(facts["end"]))
    event.add("status", "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    calendar = Calendar()
    calendar.add("prodid", "-//Passerelle//Mentoring//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical()
