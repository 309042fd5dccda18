"""What follows by the clock, and from people who come into a cohort or leave it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.events import letters, queries
from marketplace.events.models import Event, EventState
from marketplace.programmes.models import Cohort, CohortState, EnrolmentState
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job

REMIND_BEFORE = timedelta(hours=24)


@tenant_job("invite_late_joiner", on="enrolment.enrolled")
def invite_late_joiner(*, org_id: int, enrolment_id: int) -> None:
    """Whoever comes in is asked to what is still to come."""
    one, now = letters.of_enrolment(org_id, enrolment_id), clock.now()
    if one is None or one.state is not EnrolmentState.enrolled:
        return
    for event in queries.events_ahead(org_id, one.cohort_id, now):
        if one.side.value in event.sides:
            letters.invite(event, queries.recipients(event, people=[one.person_id]), now)
    db.session.commit()


@tenant_job("uninvite_leaver", on="enrolment.ended")
def uninvite_leaver(*, org_id: int, enrolment_id: int) -> None:
    """Whoever leaves gives their places to those who wait; unless they still take part on another side of the event."""
    one, now = letters.of_enrolment(org_id, enrolment_id), clock.now()
    if one is None or one.state in queries.TAKING_PART:
        return
    if db.session.get_one(Cohort, (org_id, one.cohort_id)).state is not CohortState.open:
        return  # What was to come is called off for everybody (see ``calling_off``).
    for event in queries.events_ahead(org_id, one.cohort_id, now):
        if queries.recipients(event, people=[one.person_id], sides=event.sides):
            continue
        if letters.uninvite(event, one.person_id, now) and _settle(event):
            letters.announce_moved(event)
    db.session.commit()


def _settle(event: Event) -> int:
    return db.session.scalar(sa.select(sa.func.settle_event(event.org_id, event.id, clock.now()))) or 0


@tenant_job("turn_events_of_organisation")
def turn_events_of_organisation(*, org_id: int) -> None:
    """Each event of one organisation in its own transaction: its reminder, and places that nobody gave away."""
    now = clock.now()
    for event_id in queries.due_events(org_id, now):
        turn_event(org_id=org_id, event_id=event_id)


def turn_event(*, org_id: int, event_id: int) -> None:
    """Once, whoever of several workers comes first."""
    now = clock.now()
    event = db.session.scalar(
        sa.select(Event)
        .where(Event.org_id == org_id, Event.id == event_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if event is None or event.state is not EventState.published:
        db.session.rollback()
        return
    if event.reminded_at is None and now < event.starts_at <= now + REMIND_BEFORE:
        event.reminded_at = now
        db.session.flush()
        letters.remind(event, now)
    if _settle(event):
        letters.announce_moved(event)
    db.session.commit()


@clock_job("turn_clock_of_events", "*/10 * * * *")
def turn_clock_of_events() -> None:
    now = clock.now()
    for org_id in queries.organisations_with_due_events(now, now + REMIND_BEFORE):
        enqueue(turn_events_of_organisation, org_id=org_id, once=f"turn_events_of_organisation {org_id}")
