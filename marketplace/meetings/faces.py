"""Meetings and free times as pages show them: by the reader's clock, and by the other one's where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.meetings.hours import Hours, Slot
from marketplace.meetings.models import Meeting, MeetingState
from marketplace.meetings.queries import Between
from marketplace.meetings.words import STATES
from marketplace.pages import city_of, moment


@dataclass(frozen=True, slots=True)
class SlotFace:
    """``value`` is what the form sends; ``theirs``: the other one's clock, empty where it shows the same."""

    value: str
    own: str
    theirs: str


@dataclass(frozen=True, slots=True)
class DayFace:
    name: str
    slots: list[SlotFace]


@dataclass(frozen=True, slots=True)
class MeetingFace:
    """``own`` and ``theirs`` are moments in words; ``said`` is empty or says plainly who says what."""

    meeting: Meeting
    own: str
    theirs: str
    state: str
    kind: str
    said: str


def clock_face(value: datetime, zone: ZoneInfo) -> str:
    return str(format_time(value.astimezone(zone), "HH:mm", locale=get_locale()))


def day_face(value: datetime, zone: ZoneInfo) -> str:
    pattern = "EEEE d MMMM"
    return str(format_date(value.astimezone(zone).date(), pattern, locale=get_locale()))


def free_days(slots: Sequence[Slot], between: Between) -> list[DayFace]:
    """Free times by the reader's days."""
    own, theirs = between.me.zone, between.other.zone
    return [
        DayFace(name, [_slot_face(slot, own, theirs) for slot in of_day])
        for name, of_day in groupby(slots, lambda slot: day_face(slot.starts_at, own))
    ]


def _slot_face(slot: Slot, own: ZoneInfo, theirs: ZoneInfo) -> SlotFace:
    times = f"{clock_face(slot.starts_at, own)} – {clock_face(slot.ends_at, own)}"
    return SlotFace(slot.starts_at.isoformat(), times, _theirs(slot.starts_at, own, theirs))


def _theirs(value: datetime, own: ZoneInfo, theirs: ZoneInfo) -> str:
    here, there = value.astimezone(own), value.astimezone(theirs)
    if here.utcoffset() == there.utcoffset():
        return ""
    clock = clock_face(value, theirs)
    if here.date() != there.date():
        clock = f"{format_date(there.date(), 'EEE', locale=get_locale())} {clock}"
    return f"{clock} ({city_of(theirs)})"


def meeting_face(meeting: Meeting, between: Between, now: datetime) -> MeetingFace:
    own, theirs = between.me.zone, between.other.zone
    differs = meeting.starts_at.astimezone(own).utcoffset() != meeting.starts_at.astimezone(theirs).utcoffset()
    over = not meeting.is_talk and meeting.state is MeetingState.planned and meeting.ends_at <= now
    kinds = {MeetingState.held: "ok", MeetingState.planned: "waits" if over else "", MeetingState.missed: "ended"}
    return MeetingFace(
        meeting,
        moment(meeting.starts_at, own),
        moment(meeting.starts_at, theirs) if differs else "",
        _("To be answered: did you meet?") if over else str(STATES[meeting.state]),
        kinds.get(meeting.state, "ended"),
        _said(meeting, between),
    )


def _said(meeting: Meeting, between: Between) -> str:
    """Two different answers are said plainly."""
    mine, theirs = meeting.mentee_said, meeting.mentor_said
    if not between.seen.viewer_is_mentee:
        mine, theirs = theirs, mine
    if not mine or not theirs or mine is theirs:
        return ""
    name = between.other.first_name
    if mine.value == "held":
        return _("You say that you met; %(name)s says that it did not take place. It counts as missed.", name=name)
    return _("%(name)s says that you met; you say that it did not take place. It counts as missed.", name=name)


def weekday_names() -> list[str]:
    names = get_day_names("wide", locale=get_locale())
    return [str(names[weekday]).capitalize() for weekday in range(7)]


def hours_scene(hours: Hours, zone: ZoneInfo) -> dict[str, Any]:
    """What the page of a mentor's hours shows of what was said before."""
    locale = get_locale()
    return {
        "city": city_of(zone),
        "weekdays": weekday_names(),
        "single": [
            (
                f"{one.day} {one.at:%H:%M}",
                f"{format_date(one.day, 'EEEE d MMMM', locale=locale)}, {one.at:%H:%M}"
                + (f" ({city_of(ZoneInfo(one.zone))})" if one.zone != zone.key else ""),
            )
            for one in hours.single
        ],
        "away": [
            (
                str(one.first),
                format_date(one.first, "d MMM y", locale=locale)
                if one.first == one.last
                else f"{format_date(one.first, 'd MMM', locale=locale)} – {format_date(one.last, 'd MMM y', locale=locale)}",
            )
            for one in hours.away
        ],
    }
