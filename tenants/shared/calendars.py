"""Calendar files (iCalendar, RFC 5545) to attach to a letter or to download."""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import Calendar, Event


def event_file(*, uid: str, summary: str, start: datetime, end: datetime, now: datetime, url: str = "") -> bytes:
    """One event that its reader may add to their own calendar. Moments bear their zone; they are written in UTC.

    Published and tentative: nobody is asked to answer, and the same ``uid`` sent again replaces the earlier one.
    """
    event = Event.new(
        uid=uid,
        summary=summary,
        start=start.astimezone(UTC),
        end=end.astimezone(UTC),
        stamp=now,
        url=url or None,
    )
    event.add("status", "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    calendar = Calendar.new(method="PUBLISH", prodid="-//Passerelle//Mentoring//EN", subcomponents=[event])
    return calendar.to_ical()
