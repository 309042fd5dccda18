"""What the commands of a cohort share; nobody else uses it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.cohorts import timeline
from marketplace.programmes.models import (
    Cohort,
    CohortPhase,
    Enrolment,
    EnrolmentState,
)
from marketplace.programmes.queries import phases_of
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db

LETTERS = 50
"""People that one job writes to, in one transaction."""


def locked(cohort: Cohort) -> Cohort:
    return db.session.get_one(Cohort, (cohort.org_id, cohort.id), with_for_update=True, populate_existing=True)


def begin(cohort: Cohort, phases: Sequence[CohortPhase], target: CohortPhase, now: datetime) -> None:
    for one in phases:
        if one.opened_at is not None and one.closed_at is None:
            one.closed_at = now
    target.opened_at, target.skipped_at = now, None
    db.session.flush()
    jobs.announce("cohort.phase_opened", org_id=cohort.org_id, cohort_id=cohort.id, phase=target.phase.value)


def open_due(cohort: Cohort, now: datetime) -> int:
    db.session.expire_all()
    phases, opened = phases_of(cohort), 0
    while (following := timeline.next_phase(phases)) and not following.by_hand and following.starts_on <= now.date():
        begin(cohort, phases, following, now)
        opened += 1
    return opened


def end_all(cohort: Cohort, states: tuple[EnrolmentState, ...], to: EnrolmentState, reason: str, now: datetime) -> None:
    ended = db.session.scalars(
        sa.update(Enrolment)
        .where(Enrolment.org_id == cohort.org_id, Enrolment.cohort_id == cohort.id, Enrolment.state.in_(states))
        .values(
            state=to,
            reason=reason,
            due_at=None,
            ended_at=now,
            state_at=now,
            updated_at=now,
            version=Enrolment.version + 1,
        )
        .returning(Enrolment.id),
        execution_options={"synchronize_session": False},
    ).all()
    for start in range(0, len(ended), LETTERS):
        jobs.announce(
            "enrolments.ended_together", org_id=cohort.org_id, enrolment_ids=list(ended[start : start + LETTERS])
        )


def note(verb: str, acting: Acting, cohort: Cohort, now: datetime, **data: Any) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("cohort", cohort.id),
        actor=(acting.person_id, acting.person_name),
        data=data,
    )
