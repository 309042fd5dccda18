"""Calendar files (iCalendar, RFC 5545; sent to people as iTIP, RFC 5546) to attach to a letter, to download, to subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress

PRODID = "-//Passerelle//Mentoring//EN"
Method = Literal["REQUEST", "CANCEL", "PUBLISH"]


@dataclass(frozen=True, slots=True)
class Attendee:
    """``address`` is an e-mail address; ``accepted``: they chose the time themselves, or said yes."""

    name: str
    address: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. ``starts_at`` and ``ends_at`` bear a zone; the file says them by the wall clock of ``zone``.

    ``tentative``: its reader has not said that they come.
    """

    uid: str
    sequence: int
    summary: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    location: str = ""
    description: str = ""
    url: str = ""
    cancelled: bool = False
    tentative: bool = False
    organizer: tuple[str, str] | None = None
    attendees: tuple[Attendee, ...] = ()


def calendar_file(
    method: Method, entries: Iterable[Entry], *, now: datetime, name: str | None = None, locale: str | None = None
) -> bytes:
    """The file, with every zone that its entries name described in it. ``name`` titles a subscribed calendar."""
    calendar = Calendar.new(method=method, prodid=PRODID, name=name, language=locale)
    # icalendar gives every file an identity of its own; what is sent twice is the same event, not another file.
    calendar.pop("uid", None)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", timedelta(hours=1), {"value": "DURATION"})
    spans: dict[str, tuple[datetime, datetime]] = {}
    events = []
    for entry in entries:
        events.append(_event(entry, now))
        if not _comes_twice(entry):
            first, last = spans.get(entry.zone, (entry.starts_at, entry.ends_at))
            spans[entry.zone] = (min(first, entry.starts_at), max(last, entry.ends_at))
    for zone, (first, last) in sorted(spans.items()):
        if zone not in ("UTC", "Etc/UTC"):
            calendar.add_component(zone_description(zone, first, last))
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()


def _comes_twice(entry: Entry) -> bool:
    """Whether a wall clock would misread it: RFC 5545 reads a time that comes twice as the first of the two."""
    zone = ZoneInfo(entry.zone)
    return any(moment.astimezone(zone).fold for moment in (entry.starts_at, entry.ends_at))


def _event(entry: Entry, now: datetime) -> Event:
    zone = UTC if entry.zone in ("UTC", "Etc/UTC") or _comes_twice(entry) else ZoneInfo(entry.zone)
    event = Event.new(
        uid=entry.uid,
        sequence=entry.sequence,
        summary=entry.summary,
        start=entry.starts_at.astimezone(zone),
        end=entry.ends_at.astimezone(zone),
        stamp=now,
        location=entry.location or None,
        description=entry.description or None,
        url=entry.url or None,
    )
    event.add("status", "CANCELLED" if entry.cancelled else "TENTATIVE" if entry.tentative else "CONFIRMED")
    if entry.organizer:
        event.add("organizer", _address(*entry.organizer))
    for attendee in entry.attendees:
        address = _address(attendee.name, attendee.address)
        address.params["role"] = "REQ-PARTICIPANT"
        address.params["partstat"] = "ACCEPTED" if attendee.accepted else "NEEDS-ACTION"
        address.params["rsvp"] = "FALSE"
        event.add("attendee", address)
    return event


def _address(name: str, address: str) -> Any:
    made = vCalAddress(f"mailto:{address}")
    if name:
        made.params["cn"] = name
    return made


# --- zones ------------------------------------------------------------------------------------------------------------


def transitions(zone: ZoneInfo, first: datetime, last: datetime) -> list[datetime]:
    """The moments, in UTC, from ``first`` to ``last`` at which the clocks of ``zone`` change, to the second."""
    found = []
    at, offset = first.astimezone(UTC), first.astimezone(zone).utcoffset()
    while at < last:
        later = min(at + timedelta(days=1), last.astimezone(UTC))
        if (new := later.astimezone(zone).utcoffset()) != offset:
            low, high = at, later
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
            moment = high.replace(microsecond=0)
            found.append(moment)
            at, offset = moment, moment.astimezone(zone).utcoffset()
        else:
            at, offset = later, new
    return found


def zone_description(name: str, first: datetime, last: datetime) -> Timezone:
    """``VTIMEZONE`` of an IANA zone, right from a year before ``first`` to a year after ``last``.

    Written here because icalendar's own (7.3) dates the start of summer time by the clock that begins, an hour late,
    where RFC 5545 (3.6.5) asks for the clock that ends.
    """
    zone = ZoneInfo(name)
    begins, ends = first - timedelta(days=366), last + timedelta(days=366)
    described = Timezone()
    described.add("tzid", name)
    old = begins.astimezone(zone)
    described.add_component(_observance(zone, begins, old.utcoffset() or timedelta(0)))
    for moment in transitions(zone, begins, ends):
        before = (moment - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta(0)
        described.add_component(_observance(zone, moment, before))
    return described


def _observance(zone: ZoneInfo, moment: datetime, before: timedelta) -> Any:
    there = moment.astimezone(zone)
    part: Any = TimezoneDaylight() if (there.dst() or timedelta(0)) > timedelta(0) else TimezoneStandard()
    part.add("dtstart", (moment.astimezone(UTC) + before).replace(tzinfo=None, microsecond=0))
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", there.utcoffset())
    part.add("tzname", there.tzname())
    return part
