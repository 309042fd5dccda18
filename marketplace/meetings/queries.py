"""What a person may read of meetings: their own, the hours of their mentor, and when the two of them are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from marketplace.meetings.hours import Hours, Slot, free_slots
from marketplace.meetings.models import CalendarFeed, Meeting, MeetingHours, MeetingState
from marketplace.mentorships.home import part
from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.mentorships.queries import Pair, Party, mentorship_or_404
from marketplace.requests.models import RequestState
from marketplace.requests.queries import Seen, Side, request_or_404, talk_of
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.database import db

PAGE = 50
TALK_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Between:
    """The two people of a meeting, as one of them looks at it: a pair, or (no mentorship yet) two who talk before it."""

    seen: Seen
    mentorship: Mentorship | None = None

    @property
    def key(self) -> dict[str, int | None]:
        """What a meeting of theirs carries."""
        asked, one = self.seen.asked, self.mentorship
        return {
            "org_id": asked.org_id,
            "mentorship_id": one.id if one else None,
            "request_id": None if one else asked.id,
            "mentee_person_id": asked.mentee_person_id,
            "mentor_person_id": asked.mentor_person_id,
        }

    @property
    def me(self) -> Side:
        return self.seen.mentee if self.seen.viewer_is_mentee else self.seen.mentor

    @property
    def other(self) -> Side:
        return self.seen.other

    @property
    def open(self) -> bool:
        """Whether the two may plan a meeting at all."""
        if self.mentorship:
            return self.mentorship.state is MentorshipState.running
        return self.seen.asked.state is RequestState.accepted


def between_pair(pair: Pair) -> Between:
    return Between(pair.seen, pair.mentorship)


def _mine(person_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(Meeting.mentee_person_id == person_id, Meeting.mentor_person_id == person_id)


def _theirs(viewer: Party, between: Between) -> sa.Select[Meeting]:
    key = between.key
    column = Meeting.mentorship_id if key["mentorship_id"] else Meeting.request_id
    return sa.select(Meeting).where(
        Meeting.org_id == key["org_id"],
        column == (key["mentorship_id"] or key["request_id"]),
        _mine(viewer.person_id),
    )


def meeting_or_404(viewer: Acting, meeting_id: int) -> tuple[Meeting, Between]:
    """A meeting of the viewer's, with its two people; where the viewer may see those in this workspace."""
    found = db.session.scalar(sa.select(Meeting).where(Meeting.id == meeting_id, _mine(viewer.person_id)))
    if found is None:
        abort(404)
    if found.mentorship_id:
        return found, between_pair(mentorship_or_404(viewer, found.mentorship_id))
    return found, Between(request_or_404(viewer, found.request_id or 0))


def upcoming(viewer: Party, between: Between, now: datetime) -> Sequence[Meeting]:
    """Planned and not over yet, the next first."""
    query = _theirs(viewer, between).where(Meeting.state == MeetingState.planned, Meeting.ends_at > now)
    return db.session.scalars(query.order_by(Meeting.starts_at)).all()


def past(viewer: Party, between: Between, now: datetime) -> Sequence[Meeting]:
    """The latest fifty that are over or were cancelled, newest first."""
    over = sa.or_(Meeting.state != MeetingState.planned, Meeting.ends_at <= now)
    return db.session.scalars(
        _theirs(viewer, between).where(over).order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(PAGE)
    ).all()


def held_before(viewer: Party, between: Between, moment: datetime) -> int:
    """How many of their meetings began before ``moment`` and were not cancelled or missed."""
    query = _theirs(viewer, between).where(
        Meeting.starts_at < moment, Meeting.state.in_((MeetingState.planned, MeetingState.held))
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def asked_between(viewer: Acting, request_id: int) -> Between:
    """The two of a request who talk before they confirm; 404 where neither asked for it."""
    seen = request_or_404(viewer, request_id)
    return Between(seen) if talk_of(viewer, seen, clock.now()) else abort(404)


# --- hours ----------------------------------------------------------------------------------------------------------


def own_hours(viewer: Acting) -> Hours | None:
    row = db.session.get(MeetingHours, viewer.person_id)
    return Hours.read(row.zone, row.minutes, row.notice_hours, row.pattern) if row else None


def hours_of(viewer: Acting, between: Between) -> Hours | None:
    """When the mentor can be met, as the mentor said; None while they have said nothing."""
    del viewer  # the gate knows who asks, and answers for nobody else
    row = db.session.execute(sa.text("SELECT * FROM hours_of(:mentor)"), {"mentor": between.seen.mentor.id}).first()
    if row is None:
        return None
    hours = Hours.read(*row)
    return hours if between.mentorship else replace(hours, minutes=TALK_MINUTES)


def free_times(viewer: Acting, between: Between, now: datetime, *, but: int = 0) -> list[Slot]:
    """Times of the mentor's that suit both calendars here. ``but``: a meeting that would make room by being moved."""
    hours = hours_of(viewer, between)
    if hours is None or not hours.offered:
        return []
    busy = db.session.execute(
        sa.text("SELECT starts_at, ends_at FROM busy_times(:mentor, :now, :but)"),
        {"mentor": between.seen.mentor.id, "now": now, "but": but},
    )
    return free_slots(hours, [(row.starts_at, row.ends_at) for row in busy], now=now)


# --- the pair's home --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HomePart:
    """``next``: planned and not over; ``unsaid``: the latest whose time is over and of which the viewer said nothing."""

    next: Meeting | None
    unsaid: Meeting | None
    past: int
    held: int
    open: bool


@part("meetings")
def home(viewer: Acting, pair: Pair) -> HomePart:
    """One statement, whatever the history's length: counts by the database, and two rows."""
    now, between = clock.now(), between_pair(pair)
    theirs = _theirs(viewer, between).subquery()
    said = theirs.c.mentee_said if pair.seen.viewer_is_mentee else theirs.c.mentor_said
    over = sa.and_(theirs.c.ends_at <= now, theirs.c.state != MeetingState.cancelled)
    ahead = sa.and_(theirs.c.ends_at > now, theirs.c.state == MeetingState.planned)
    kind = sa.case((ahead, "next"), (sa.and_(over, said.is_(None)), "unsaid"), else_="rest")
    order = (sa.case((ahead, theirs.c.starts_at)), theirs.c.starts_at.desc())
    ranked = sa.select(
        theirs,
        kind.label("part"),
        sa.func.row_number().over(partition_by=kind, order_by=order).label("rank"),
        sa.func.count().filter(over).over().label("past_count"),
        sa.func.count().filter(theirs.c.state == MeetingState.held).over().label("held_count"),
    ).subquery()
    rows = db.session.execute(
        sa.select(aliased(Meeting, ranked), ranked.c.part, ranked.c.past_count, ranked.c.held_count).where(
            ranked.c.rank == 1
        )
    ).all()
    shown = {row.part: row[0] for row in rows}
    past, held = (rows[0].past_count, rows[0].held_count) if rows else (0, 0)
    return HomePart(shown.get("next"), shown.get("unsaid"), past, held, between.open)


# --- the feed ---------------------------------------------------------------------------------------------------------


def own_feed(person_id: int) -> datetime | None:
    """When the address of this person's feed was made; None: there is none."""
    return db.session.scalar(sa.select(CalendarFeed.made_at).where(CalendarFeed.person_id == person_id))


def feed(token_hash: bytes, since: datetime) -> Sequence[Any]:
    """What the calendar behind an address gets; an empty list: no such address. See ``feed_meetings`` in the migration."""
    return db.session.execute(
        sa.text("SELECT * FROM feed_meetings(:token_hash, :since)"), {"token_hash": token_hash, "since": since}
    ).all()


# --- for the worker -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Assisting:
    org_id: int
    assistant_id: int
    executive_id: int


def assistants(meeting: Meeting) -> list[Assisting]:
    """Who assists one of the two where they work now."""
    rows = db.session.execute(sa.text("SELECT * FROM assistants_of_meeting(:id)"), {"id": meeting.id})
    return [Assisting(row.org_id, row.assistant_person_id, row.executive_person_id) for row in rows]


def organisations_with_due_meetings(now: datetime, remind_before: datetime) -> Sequence[int]:
    return db.session.scalars(sa.select(sa.func.organisations_with_due_meetings(now, remind_before))).all()


def due_meetings(org_id: int, now: datetime, remind_before: datetime) -> Sequence[int]:
    """Meetings to remind of, or to ask about, of pairs that run."""
    reminder = sa.and_(Meeting.reminded_at.is_(None), Meeting.starts_at > now, Meeting.starts_at <= remind_before)
    question = sa.and_(Meeting.asked_at.is_(None), Meeting.ends_at <= now)
    query = (
        sa.select(Meeting.id)
        .outerjoin(Mentorship, sa.and_(Mentorship.org_id == Meeting.org_id, Mentorship.id == Meeting.mentorship_id))
        .where(
            Meeting.org_id == org_id,
            Meeting.state == MeetingState.planned,
            sa.func.coalesce(Mentorship.state, MentorshipState.running) == MentorshipState.running,
            sa.or_(reminder, question),
        )
        .order_by(Meeting.starts_at)
    )
    return db.session.scalars(query).all()


def ahead_of(org_id: int, mentorship_id: int, now: datetime) -> Sequence[int]:
    """Planned meetings of a pair that have not begun."""
    return _ahead(Meeting.mentorship_id == mentorship_id, org_id, now)


def talks_ahead_of(org_id: int, request_id: int, now: datetime) -> Sequence[int]:
    """The planned chemistry meeting of a request, if it has not begun."""
    return _ahead(Meeting.request_id == request_id, org_id, now)


def _ahead(whose: sa.ColumnElement[bool], org_id: int, now: datetime) -> Sequence[int]:
    return db.session.scalars(
        sa.select(Meeting.id).where(
            Meeting.org_id == org_id,
            whose,
            Meeting.state == MeetingState.planned,
            Meeting.starts_at > now,
        )
    ).all()
