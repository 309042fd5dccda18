"""What the clock does to a meeting: remind of it, ask about it; and what the end of a pair does."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from marketplace.meetings import letters
from marketplace.meetings.commands.planning import REMIND_BEFORE
from marketplace.meetings.models import Meeting, MeetingState
from tenants.shared.database import db


def turn_clock(*, org_id: int, meeting_id: int, now: datetime) -> None:
    """A reminder a day before, the question afterwards: each once, whoever of several workers comes first."""
    meeting = _held(org_id, meeting_id)
    if meeting is None or meeting.state is not MeetingState.planned:
        db.session.rollback()
        return
    if meeting.ends_at <= now:
        if meeting.asked_at is None:
            meeting.asked_at = now
            db.session.flush()
            letters.ask_both(meeting, now=now)
    elif now < meeting.starts_at <= now + REMIND_BEFORE and meeting.reminded_at is None:
        meeting.reminded_at = now
        db.session.flush()
        letters.remind_both(meeting, now=now)
    db.session.commit()


def cancel_ahead(*, org_id: int, meeting_id: int, now: datetime) -> None:
    """The pair has ended: what was planned does not take place, and both calendars drop it."""
    meeting = _held(org_id, meeting_id, waits=True)
    if meeting is not None and meeting.state is MeetingState.planned and meeting.starts_at > now:
        meeting.state = MeetingState.cancelled
        meeting.sequence += 1
        meeting.changed_at = now
        db.session.flush()
        letters.tell_both(meeting, "cancelled", now=now, by=None)
    db.session.commit()


def _held(org_id: int, meeting_id: int, *, waits: bool = False) -> Meeting | None:
    """The meeting, held until the commit; None while another worker holds it, who then does the work (unless one ``waits``)."""
    return db.session.scalar(
        sa.select(Meeting)
        .where(Meeting.org_id == org_id, Meeting.id == meeting_id)
        .with_for_update(skip_locked=not waits)
        .execution_options(populate_existing=True)
    )
