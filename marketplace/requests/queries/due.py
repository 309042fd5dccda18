"""What the worker looks for: requests whose time has come, and who is next in a mentor's queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.requests.models import OPEN_STATES, MentoringRequest, RequestState
from tenants.shared.database import db


def organisations_with_due_requests(now: datetime, reminder_before: datetime) -> Sequence[int]:
    return db.session.scalars(sa.select(sa.func.organisations_with_due_requests(now, reminder_before))).all()


def due_requests(org_id: int, now: datetime, reminder_before: datetime) -> Sequence[int]:
    """Requests of one organisation whose time has come, or whose mentor is to be reminded; ids only."""
    query = (
        sa.select(MentoringRequest.id)
        .where(
            MentoringRequest.org_id == org_id,
            MentoringRequest.state.in_(OPEN_STATES),
            sa.or_(
                MentoringRequest.due_at <= now,
                sa.and_(
                    MentoringRequest.state == RequestState.sent,
                    MentoringRequest.reminded_at.is_(None),
                    MentoringRequest.sent_at <= reminder_before,
                ),
            ),
        )
        .order_by(MentoringRequest.due_at)
    )
    return db.session.scalars(query).all()


def next_in_queue(org_id: int, mentor_id: int) -> sa.Row[Any] | None:
    """Whom to tell next that this mentor has room (org_id, person_id); for the worker, in the mentor's firm."""
    return db.session.execute(
        sa.text("SELECT org_id, person_id FROM next_in_queue(:org_id, :mentor_id)"),
        {"org_id": org_id, "mentor_id": mentor_id},
    ).first()
