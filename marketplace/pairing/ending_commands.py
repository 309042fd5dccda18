"""Requests of a cohort that end because somebody has left it, or because it is over; and seats in its circles."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from marketplace.moving.queries import open_request_for_closing
from marketplace.pairing.models import CircleMember
from marketplace.requests.letters import tell_queue
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.jobs import enqueue


def end_request(*, org_id: int, request_id: int, now: datetime) -> MentoringRequest | None:
    """Close one open request of a cohort, in a job of the organisation that keeps it; the caller tells the two and commits.

    A place that was kept is free again. Closed twice is closed once; None when there was nothing to do.
    """
    asked = open_request_for_closing(org_id, request_id)
    if asked is None or asked.cohort_id is None:
        return None
    asked.state, asked.due_at = RequestState.closed, None
    asked.closed_at = asked.updated_at = now
    db.session.flush()
    if db.session.scalar(sa.select(sa.func.release_place(asked.org_id, asked.id))):
        enqueue(tell_queue, org_id=asked.mentor_org_id, mentor_id=asked.mentor_id)
    org_ids = [asked.org_id, asked.mentor_org_id] if asked.sent_at else [asked.org_id]
    record("request.closed", org_ids=org_ids, now=now, subject=("request", asked.id))
    return asked


def leave_circles(*, org_id: int, enrolment_id: int, now: datetime) -> None:
    """Whoever has left a cohort gives up their seat; a job of the organisation that runs it, whose caller commits."""
    db.session.execute(
        sa.update(CircleMember)
        .where(CircleMember.org_id == org_id, CircleMember.enrolment_id == enrolment_id, CircleMember.left_at.is_(None))
        .values(left_at=now),
        execution_options={"synchronize_session": False},
    )
