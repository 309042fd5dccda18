"""The chemistry meeting of an accepted request, as one of the two looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.meetings.models import Meeting, MeetingState
from marketplace.requests import policy
from marketplace.requests.models import ChemistryAnswer, ChemistryMeeting
from marketplace.requests.queries.sides import Seen
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Talk:
    """``meeting``: once a time is found; ``over``: it has been; ``answer``: the viewer's own, never the other's."""

    meeting: Meeting | None
    over: bool
    settled: bool
    answer: bool | None


def talk_of(viewer: Acting, seen: Seen, now: datetime) -> Talk | None:
    """None where neither asked for one, and for anybody but the two. One statement."""
    asked = seen.asked
    if not policy.may_talk(viewer, asked):
        return None
    query = (
        sa.select(ChemistryMeeting, Meeting, ChemistryAnswer.goes_on)
        .outerjoin(
            Meeting,
            sa.and_(
                Meeting.org_id == ChemistryMeeting.org_id,
                Meeting.request_id == ChemistryMeeting.request_id,
                Meeting.state != MeetingState.cancelled,
            ),
        )
        .outerjoin(
            ChemistryAnswer,
            sa.and_(
                ChemistryAnswer.org_id == ChemistryMeeting.org_id,
                ChemistryAnswer.request_id == ChemistryMeeting.request_id,
                ChemistryAnswer.person_id == viewer.person_id,
            ),
        )
        .where(ChemistryMeeting.org_id == asked.org_id, ChemistryMeeting.request_id == asked.id)
    )
    row = db.session.execute(query).first()
    if row is None:
        return None
    wish, meeting, answer = row
    return Talk(meeting, meeting is not None and meeting.ends_at <= now, wish.settled_at is not None, answer)
