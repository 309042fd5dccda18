"""When a mentor can be met: wall-clock times with their zone, and the moments they come to.

A wall-clock time is resolved as RFC 5545 (3.3.5) reads it, which is PEP 495's ``fold=0``: a time that comes twice when
clocks go back is the first of the two, and a time that clocks jump over is as much later as they jump (02:30 becomes
03:30). Lengths are real time: half an hour stays half an hour across a change of clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LENGTHS = (30, 45, 60, 90)
"""Minutes."""

NOTICES = (4, 24, 48, 96, 168)
"""Hours between picking a time and the meeting, at least."""

AHEAD = timedelta(days=42)
"""So far ahead free times are shown."""

Busy = Iterable[tuple[datetime, datetime]]


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the clocks of ``zone`` show ``at`` on ``day``."""
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every week on ``weekday`` (0: Monday), from ``starts`` to ``ends`` by the wall clock."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Single:
    day: date
    at: time
    zone: str


@dataclass(frozen=True, slots=True)
class Away:
    """Both days included, by the calendar of the hours' zone."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time, chosen by the wall clock of ``zone``."""

    starts_at: datetime
    ends_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Hours:
    zone: str
    minutes: int = 60
    notice_hours: int = 24
    weekly: tuple[Weekly, ...] = ()
    single: tuple[Single, ...] = ()
    away: tuple[Away, ...] = field(default=())

    @property
    def offered(self) -> bool:
        return bool(self.weekly or self.single)

    def pattern(self) -> dict[str, Any]:
        """What the row keeps; ``read`` makes it ``Hours`` again."""
        return {
            "weekly": [[one.weekday, f"{one.starts:%H:%M}", f"{one.ends:%H:%M}"] for one in self.weekly],
            "single": [[one.day.isoformat(), f"{one.at:%H:%M}", one.zone] for one in self.single],
            "away": [[one.first.isoformat(), one.last.isoformat()] for one in self.away],
        }

    @classmethod
    def read(cls, zone: str, minutes: int, notice_hours: int, pattern: dict[str, Any]) -> Hours:
        return cls(
            zone,
            minutes,
            notice_hours,
            tuple(
                Weekly(weekday, time.fromisoformat(starts), time.fromisoformat(ends))
                for weekday, starts, ends in pattern["weekly"]
            ),
            tuple(
                Single(date.fromisoformat(day), time.fromisoformat(at), single_zone)
                for day, at, single_zone in pattern["single"]
            ),
            tuple(Away(date.fromisoformat(first), date.fromisoformat(last)) for first, last in pattern["away"]),
        )


def free_slots(hours: Hours, busy: Busy, *, now: datetime, until: datetime | None = None) -> list[Slot]:
    """What can be picked at ``now``: after the notice period, at most six weeks ahead, soonest first; no two overlap,
    neither each other nor a time in ``busy``.
    """
    earliest, latest = now + timedelta(hours=hours.notice_hours), until or now + AHEAD
    taken = list(busy)
    found: list[Slot] = []
    length = timedelta(minutes=hours.minutes)
    for starts_at, zone in sorted(set(_offered(hours, earliest, latest))):
        ends_at = starts_at + length
        if not earliest <= starts_at <= latest or (found and starts_at < found[-1].ends_at):
            continue
        if any(starts_at < end and start < ends_at for start, end in taken):
            continue
        found.append(Slot(starts_at, ends_at, zone))
    return found


def _offered(hours: Hours, earliest: datetime, latest: datetime) -> Iterator[tuple[datetime, str]]:
    zone = ZoneInfo(hours.zone)
    for one in hours.single:
        yield moment_of(one.day, one.at, ZoneInfo(one.zone)), one.zone
    day, last = earliest.astimezone(zone).date() - timedelta(days=1), latest.astimezone(zone).date()
    while day <= last:
        if not any(away.first <= day <= away.last for away in hours.away):
            for weekly in hours.weekly:
                if weekly.weekday == day.weekday():
                    for at in _times(weekly, hours.minutes):
                        yield moment_of(day, at, zone), hours.zone
        day += timedelta(days=1)


def _times(one: Weekly, minutes: int) -> Iterator[time]:
    at, ends = one.starts.hour * 60 + one.starts.minute, one.ends.hour * 60 + one.ends.minute
    while at + minutes <= ends:
        yield time(at // 60, at % 60)
        at += minutes
