"""Plan a meeting, move it, say where it is, call it off. Either of the two may do each of these at any time before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.meetings import letters, queries
from marketplace.meetings.models import Meeting, MeetingState
from marketplace.meetings.queries import Between
from marketplace.meetings.words import MEANWHILE
from tenants.current import Acting
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.links import spend_link

REMIND_BEFORE = timedelta(hours=24)
DOMAIN = "passerelle"

TALK_WITHIN = timedelta(days=28)
"""A mentor's place is kept while two look for half an hour; not for longer."""

ANSWER_TALK_WITHIN = timedelta(days=3)
"""After a chemistry meeting both have so long to say whether they go on."""

FIND_ANOTHER_WITHIN = timedelta(days=7)
"""So long a place is kept after a chemistry meeting was called off."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A time: one of the mentor's free ones (``offered``), or a proposal. ``zone``: whose clock it was chosen by."""

    starts_at: datetime
    minutes: int
    zone: str
    offered: bool

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Details:
    place: str = ""
    video_url: str = ""
    agenda: str = ""


class Taken(Refused):
    """The time is not free any more, or never was."""


def plan_meeting(
    *, acting: Acting, between: Between, choice: Choice, details: Details, now: datetime, link: bytes | None = None
) -> Meeting:
    """The meeting stands, and both get it by letter. ``link``: the hash of the link the reader came by.

    Raises ``Taken`` when the time went to another meeting, and ``Refused`` when the two cannot meet, or not then.
    """
    _allow_time(acting, between, choice, now)
    spend_link(link, now)
    meeting_id = new_id()
    meeting = Meeting(
        **between.key,
        id=meeting_id,
        uid=f"meeting-{meeting_id}@{DOMAIN}",
        sequence=0,
        starts_at=choice.starts_at,
        ends_at=choice.ends_at,
        zone=choice.zone,
        place=details.place,
        video_url=details.video_url,
        agenda=details.agenda,
        state=MeetingState.planned,
        set_by_person_id=acting.person_id,
        made_at=now,
        changed_at=now,
        reminded_at=_reminded(choice, now),
    )
    _take_time(lambda: db.session.add(meeting))
    _follow(between, meeting, now)
    letters.announce(meeting, "planned")
    db.session.commit()
    return meeting


def move_meeting(
    *,
    acting: Acting,
    between: Between,
    meeting: Meeting,
    choice: Choice,
    sequence: int,
    now: datetime,
    link: bytes | None = None,
) -> None:
    """Another time; ``sequence`` is the one of the page that its reader looked at.

    Raises ``Refused`` when the meeting was moved or called off meanwhile, ``Taken`` when the new time is not free.
    """
    _lock(meeting, now, sequence=sequence)
    _allow_time(acting, between, choice, now, but=meeting.id)
    spend_link(link, now)

    def move() -> None:
        meeting.starts_at, meeting.ends_at, meeting.zone = choice.starts_at, choice.ends_at, choice.zone
        meeting.reminded_at = _reminded(choice, now)
        _changed(acting, meeting, now)

    _take_time(move)
    _follow(between, meeting, now)
    letters.announce(meeting, "moved")
    db.session.commit()


def cancel_meeting(
    *, acting: Acting, between: Between, meeting: Meeting, now: datetime, link: bytes | None = None
) -> None:
    """It does not take place; both calendars drop it. Raises ``Refused`` when it is over, or called off already."""
    _lock(meeting, now)
    spend_link(link, now)
    meeting.state = MeetingState.cancelled
    _changed(acting, meeting, now)
    db.session.flush()
    _follow(between, meeting, now)
    letters.announce(meeting, "cancelled")
    db.session.commit()


def change_details(*, acting: Acting, meeting: Meeting, details: Details, now: datetime) -> None:
    """Where it is and what it is about. A new place goes to both calendars; the agenda stays on the page."""
    _lock(meeting, now)
    meeting.agenda = details.agenda
    if (meeting.place, meeting.video_url) != (details.place, details.video_url):
        meeting.place, meeting.video_url = details.place, details.video_url
        _changed(acting, meeting, now)
        db.session.flush()
        letters.announce(meeting, "placed")
    db.session.commit()


def _reminded(choice: Choice, now: datetime) -> datetime | None:
    """A meeting within a day needs no reminder: its letter has just come."""
    return now if choice.starts_at <= now + REMIND_BEFORE else None


def _changed(acting: Acting, meeting: Meeting, now: datetime) -> None:
    meeting.sequence += 1
    meeting.set_by_person_id, meeting.changed_at = acting.person_id, now


def _allow_time(acting: Acting, between: Between, choice: Choice, now: datetime, *, but: int = 0) -> None:
    if not between.open:
        raise Refused(_("You two cannot plan a meeting at present. Open the page again to see where things stand."))
    if choice.starts_at <= now:
        raise Refused(_("This time has passed. Choose a later one."))
    if between.mentorship is None and choice.starts_at > now + TALK_WITHIN:
        raise Refused(_("Choose a time within four weeks: the place is kept for you meanwhile."))
    if choice.offered:
        free = queries.free_times(acting, between, now, but=but)
        if not any((slot.starts_at, slot.ends_at) == (choice.starts_at, choice.ends_at) for slot in free):
            raise Taken(_("This time has just been taken. These are the next ones."))


def _follow(between: Between, meeting: Meeting, now: datetime) -> None:
    """The request waits for its chemistry meeting, and a little longer for what both say of it."""
    if between.mentorship is None and between.open:
        asked = between.seen.asked
        cancelled = meeting.state is MeetingState.cancelled
        asked.due_at = now + FIND_ANOTHER_WITHIN if cancelled else meeting.ends_at + ANSWER_TALK_WITHIN
        asked.updated_at = now


def _take_time(change: Callable[[], None]) -> None:
    """Write a time; the database refuses one at which the mentor meets somebody already, however close the two came."""
    try:
        with db.session.begin_nested():
            change()
            db.session.flush()
    except IntegrityError as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", "")
        if constraint not in ("ex_meeting_mentor_once", "uq_meeting_one_talk"):
            raise
        if constraint == "uq_meeting_one_talk":
            raise Refused(_("Your chemistry meeting is planned already. Open the page again to see when.")) from None
        raise Taken(_("This time has just been taken. Choose another one.")) from None


def _lock(meeting: Meeting, now: datetime, *, sequence: int | None = None) -> None:
    """Hold the row until the commit, read it again, and refuse what came too late."""
    found = db.session.scalar(
        sa.select(Meeting)
        .where(Meeting.org_id == meeting.org_id, Meeting.id == meeting.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or found.state is not MeetingState.planned:
        raise Refused(str(MEANWHILE[found.state if found else MeetingState.cancelled]))
    if found.starts_at <= now:
        raise Refused(_("This meeting has begun or is over. Say on its page whether it took place."))
    if sequence is not None and found.sequence != sequence:
        raise Refused(_("This meeting was changed while you looked at it. Open it again to see its new time."))
