"""A cohort is over: what was still to come in it is called off, and everybody who was asked hears of it once."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.events import letters
from marketplace.events.models import Event, EventState
from tenants.shared import clock
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job


@tenant_job("call_off_events_of_closed_cohort", on="cohort.closed")
def call_off_events_of_closed(*, org_id: int, cohort_id: int) -> None:
    _call_off(org_id, cohort_id)


@tenant_job("call_off_events_of_cancelled_cohort", on="cohort.cancelled")
def call_off_events_of_cancelled(*, org_id: int, cohort_id: int) -> None:
    _call_off(org_id, cohort_id)


def _call_off(org_id: int, cohort_id: int) -> None:
    """Published ones with a letter and a file that takes them out of calendars; drafts just go. What has begun stays."""
    now = clock.now()
    coming = db.session.scalars(
        sa.select(Event)
        .where(
            Event.org_id == org_id,
            Event.cohort_id == cohort_id,
            Event.state != EventState.cancelled,
            Event.starts_at > now,
        )
        .order_by(Event.id)
        .with_for_update()
    ).all()
    for event in coming:
        was_published = event.state is EventState.published
        event.state = EventState.cancelled
        event.sequence += 1
        event.version += 1
        db.session.flush()
        if was_published:
            letters.announce_event(event, "cancelled")
            record(
                "event.cancelled",
                org_ids=[org_id],
                now=now,
                subject=("event", event.id),
                data={"title": event.title("en")},
            )
    db.session.commit()
