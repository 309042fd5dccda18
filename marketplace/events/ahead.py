"""What lies ahead of one person: events they are asked to, in their own calendar and on their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from marketplace.events.models import EventKind
from marketplace.events.words import KINDS, STANDS
from marketplace.meetings.models import Meeting, MeetingState
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.shared import calendars
from tenants.shared.database import db
from tenants.shared.letters import absolute

MOST = 4
"""Lines on a page: what is further away is on the pages of each mentorship and cohort."""


MEETING = _l("Meeting")


def _own_language(english: str, french: str, locale: str) -> str:
    return (french or english) if locale.startswith("fr") else (english or french)


def feed_entries(token_hash: bytes, since: datetime, locale: str) -> list[calendars.Entry]:
    """Events in the calendar behind an address: one that its owner has not said yes to, or waits for, is tentative.

    The same UIDs and sequence numbers as in letters, so that a calendar which has both shows one.
    """
    rows = db.session.execute(
        sa.text("SELECT * FROM feed_events(:token_hash, :since)"), {"token_hash": token_hash, "since": since}
    )
    return [
        calendars.Entry(
            uid=row.uid,
            sequence=row.sequence,
            summary=_own_language(row.title_en, row.title_fr, locale),
            starts_at=row.starts_at,
            ends_at=row.starts_at + timedelta(minutes=row.minutes),
            zone=row.zone,
            location=" · ".join(part for part in (row.place, row.video_url) if part),
            description=str(STANDS[row.stands]),
            url=absolute(f"/{row.slug}/events/{row.event_id}") if row.slug else "",
            tentative=row.stands != "yes",
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Ahead:
    """One thing in the near future. ``stands``: of an event, the reader's own answer; ``asks``: it waits for one."""

    title: str
    kind: str
    starts_at: datetime
    url: str
    stands: str = ""
    asks: bool = False
    comes: bool = False


def coming_up(viewer: Acting, now: datetime, *, events_only: bool = False) -> Sequence[Ahead]:
    """The viewer's next meetings and events, the nearest first. Two statements, or one."""
    found = _events(now) + ([] if events_only else _meetings(viewer, now))
    return sorted(found, key=lambda one: one.starts_at)[:MOST]


def _events(now: datetime) -> list[Ahead]:
    columns: tuple[Any, ...] = (
        *(sa.column(name, sa.BigInteger) for name in ("event_id", "cohort_id")),
        *(sa.column(name, sa.Text) for name in ("kind", "title_en", "title_fr")),
        sa.column("starts_at", sa.DateTime(timezone=True)),
        *(sa.column(name, sa.Text) for name in ("zone", "stands")),
    )
    locale = str(get_locale())
    return [
        Ahead(
            title=_own_language(row.title_en, row.title_fr, locale),
            kind=str(KINDS[EventKind(row.kind)]),
            starts_at=row.starts_at,
            url=url_for("events.show", cohort_id=row.cohort_id, event_id=row.event_id),
            stands=str(STANDS[row.stands]),
            asks=not row.stands,
            comes=row.stands == "yes",
        )
        for row in db.session.execute(sa.select(sa.func.own_events_ahead(now, MOST).table_valued(*columns)))
    ]


def _meetings(viewer: Acting, now: datetime) -> list[Ahead]:
    me = viewer.person_id
    other = sa.case((Meeting.mentee_person_id == me, Meeting.mentor_person_id), else_=Meeting.mentee_person_id)
    rows = db.session.execute(
        sa.select(Meeting.id, Meeting.starts_at, Person.name)
        .join(Person, Person.id == other)
        .where(
            sa.or_(Meeting.mentee_person_id == me, Meeting.mentor_person_id == me),
            Meeting.state == MeetingState.planned,
            Meeting.ends_at > now,
        )
        .order_by(Meeting.starts_at)
        .limit(MOST)
    )
    return [Ahead(row.name, str(MEETING), row.starts_at, url_for("meeting.show", meeting_id=row.id)) for row in rows]
