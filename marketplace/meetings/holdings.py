"""What is held about a person's meetings, hours and calendar feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.meetings.models import CalendarFeed, Meeting, MeetingHours, MeetingState
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register

OPTIONS = {"synchronize_session": False}


def _mine(subject: Subject) -> sa.ColumnElement[bool]:
    return sa.or_(Meeting.mentee_person_id == subject.person_id, Meeting.mentor_person_id == subject.person_id)


def export_meetings(subject: Subject) -> list[dict[str, Any]]:
    rows = db.session.scalars(sa.select(Meeting).where(_mine(subject)).order_by(Meeting.starts_at))
    return [
        {
            "starts": one.starts_at.isoformat(),
            "ends": one.ends_at.isoformat(),
            "zone": one.zone,
            "as": "mentee" if one.mentee_person_id == subject.person_id else "mentor",
            "state": one.state.value,
            "place": one.place,
            "video_link": one.video_url,
            "agenda": one.agenda,
        }
        for one in rows
    ]


def erase_meetings(subject: Subject, now: datetime) -> None:
    """What is ahead does not take place; that there were meetings, and their agendas, are the other's too."""
    db.session.execute(
        sa.update(Meeting)
        .where(_mine(subject), Meeting.state == MeetingState.planned, Meeting.starts_at > now)
        .values(state=MeetingState.cancelled, sequence=Meeting.sequence + 1, changed_at=now),
        execution_options=OPTIONS,
    )
    db.session.execute(
        sa.update(Meeting).where(_mine(subject)).values(place="", video_url=""), execution_options=OPTIONS
    )


def export_hours(subject: Subject) -> list[dict[str, Any]]:
    row = db.session.get(MeetingHours, subject.person_id)
    if row is None:
        return []
    return [{"zone": row.zone, "minutes": row.minutes, "notice_hours": row.notice_hours, **row.pattern}]


def erase_hours(subject: Subject, _now: datetime) -> None:
    db.session.execute(
        sa.delete(MeetingHours).where(MeetingHours.person_id == subject.person_id), execution_options=OPTIONS
    )


def export_feed(subject: Subject) -> list[dict[str, Any]]:
    made_at = db.session.scalar(sa.select(CalendarFeed.made_at).where(CalendarFeed.person_id == subject.person_id))
    return [{"made_at": made_at.isoformat()}] if made_at else []


def erase_feed(subject: Subject, _now: datetime) -> None:
    db.session.execute(
        sa.delete(CalendarFeed).where(CalendarFeed.person_id == subject.person_id), execution_options=OPTIONS
    )


register(
    Holding(
        "meetings",
        _l("Meetings"),
        frozenset({"meeting.set_by_person_id"}),
        export_meetings,
        erase_meetings,
        goes=_l("Meetings that are still ahead are called off, and rooms and links of all of them go."),
        stays=_l("That meetings took place, and what you two meant to talk about: it is the other’s too."),
    ),
    Holding(
        "meeting_hours",
        _l("When I can be met"),
        frozenset({"meeting_hours.person_id"}),
        export_hours,
        erase_hours,
    ),
    Holding(
        "calendar_feed",
        _l("The address of my own calendar"),
        frozenset({"calendar_feed.person_id"}),
        export_feed,
        erase_feed,
    ),
)

fade(Fading("meeting", ("agenda", "place", "video_url")))
