"""What waits for those who run a cohort, in one letter a day at most.

A letter is written when something new has come to wait, and again after a week while it still does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.cohorts import timeline
from marketplace.cohorts.checklists import checklists, not_done_before
from marketplace.programmes.models import Cohort, CohortPhase, CohortState, Enrolment, EnrolmentState, Programme
from marketplace.programmes.queries import phases_of
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job
from tenants.shared.letters import queue_letter

AHEAD = timedelta(days=2)
"""So long before a phase begins by its day, those who run the cohort read what is not done for it."""

AGAIN_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the letter, as data; ``since``: from which day on it waits."""

    since: date
    line: dict[str, Any]


def what_waits(cohort: Cohort, phases: Sequence[CohortPhase], now: datetime) -> list[Waiting]:
    """A phase that is opened by hand and whose day has come; one that begins soon though not all is done; late decisions."""
    today, found = now.date(), []
    following = timeline.next_phase(phases)
    if following is not None and following.starts_on <= today + AHEAD:
        left = sum(line.left for line in not_done_before(following.phase, checklists(cohort, _counts(cohort))))
        if following.by_hand and following.starts_on <= today:
            line = {"what": "by_hand", "phase": following.phase.value, "open": left}
            found.append(Waiting(following.starts_on, line))
        elif not following.by_hand and left:
            day = following.starts_on.isoformat()
            line = {"what": "unready", "phase": following.phase.value, "begins_on": day, "open": left}
            found.append(Waiting(following.starts_on - AHEAD, line))
    within = timedelta(days=cohort.modalities.decide_within)
    since = sa.func.coalesce(Enrolment.state_at, Enrolment.created_at)
    late, newest = db.session.execute(
        sa.select(sa.func.count(), sa.func.max(since)).where(
            Enrolment.org_id == cohort.org_id,
            Enrolment.cohort_id == cohort.id,
            Enrolment.state == EnrolmentState.awaiting_decision,
            since <= now - within,
        )
    ).one()
    if late:
        found.append(
            Waiting((newest + within).date(), {"what": "decisions", "count": late, "days": within.days, "open": 0})
        )
    return found


def _counts(cohort: Cohort) -> dict[Any, int]:
    rows = db.session.execute(
        sa.select(Enrolment.side, Enrolment.state, sa.func.count())
        .where(Enrolment.org_id == cohort.org_id, Enrolment.cohort_id == cohort.id)
        .group_by(Enrolment.side, Enrolment.state)
    )
    return {(side, state): number for side, state, number in rows}


def _is_news(cohort: Cohort, waiting: Sequence[Waiting], today: date) -> bool:
    told = cohort.runner_told_on
    return told is None or told + AGAIN_AFTER <= today or any(one.since > told for one in waiting)


@tenant_job("tell_runners_what_waits")
def tell_runners_what_waits(*, org_id: int) -> None:
    """One letter to each of those who run programmes here. A cohort is held while it is looked at: told once a day."""
    now = clock.now()
    open_ones = db.session.scalars(
        sa.select(Cohort)
        .where(
            Cohort.org_id == org_id,
            Cohort.state == CohortState.open,
            sa.or_(Cohort.runner_told_on.is_(None), Cohort.runner_told_on < now.date()),
        )
        .order_by(Cohort.id)
        .with_for_update(skip_locked=True)
    ).all()
    told = [
        (cohort, waiting)
        for cohort in open_ones
        if (waiting := what_waits(cohort, phases_of(cohort), now)) and _is_news(cohort, waiting, now.date())
    ]
    if told:
        _write(org_id, told, now)
        # Past the version, so that no open form of the cohort's is in the way.
        db.session.execute(
            sa.update(Cohort)
            .where(Cohort.org_id == org_id, Cohort.id.in_([cohort.id for cohort, _waiting in told]))
            .values(runner_told_on=now.date()),
            execution_options={"synchronize_session": False},
        )
    db.session.commit()


def _write(org_id: int, told: Sequence[tuple[Cohort, list[Waiting]]], now: datetime) -> None:
    slug = db.session.get_one(Organisation, org_id).slug
    path = f"/{slug}/cohorts/{told[0][0].id}" if len(told) == 1 else f"/{slug}/programmes/"
    programmes = {
        cohort.programme_id: db.session.get_one(Programme, (org_id, cohort.programme_id)) for cohort, _waiting in told
    }
    for person_id in db.session.scalars(sa.select(sa.func.programme_coordinators(org_id))).all():
        locale = db.session.get_one(Person, person_id).locale or "en"
        waiting = [
            {
                "programme": programmes[cohort.programme_id].name(locale),
                "number": cohort.ordinal,
                "lines": [one.line for one in lines],
            }
            for cohort, lines in told
        ]
        data = {"waiting": waiting, "url": path}
        queue_letter("cohorts_wait", org_id=org_id, person_id=person_id, now=now, data=data, path=path)


@clock_job("tell_runners", "20 * * * *")
def tell_runners() -> None:
    for org_id in db.session.scalars(sa.select(sa.func.organisations_with_waiting_cohorts(clock.now()))).all():
        enqueue(tell_runners_what_waits, org_id=org_id, once=f"tell_runners_what_waits {org_id}")
