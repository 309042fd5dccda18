"""The clock of the cohorts, and the letters that follow."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.cohorts import commands, letters
from marketplace.programmes.modalities import Phase
from marketplace.programmes.models import Cohort, Enrolment, EnrolmentState
from tenants.shared import clock, jobs
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job


@tenant_job("tell_of_cohort_opened", on="cohort.opened")
def tell_of_cohort_opened(*, org_id: int, cohort_id: int) -> None:
    cohort = db.session.get(Cohort, (org_id, cohort_id))
    if cohort is not None:
        for firm_id in sorted({*cohort.parties, org_id}):
            letters.write_to_coordinators("cohort_opened", cohort, firm_id, clock.now())
    db.session.commit()


@tenant_job("tell_of_phase", on="cohort.phase_opened")
def tell_of_phase(*, org_id: int, cohort_id: int, phase: str) -> None:
    """Those who look after people hear of each phase; participants of those that ask something of them."""
    cohort, now = db.session.get(Cohort, (org_id, cohort_id)), clock.now()
    if cohort is None:
        return
    for firm_id in sorted({*cohort.parties, org_id}):
        letters.write_to_coordinators("cohort_phase_opened", cohort, firm_id, now, phase=phase)
    if Phase(phase) in letters.FOR_PARTICIPANTS:
        inside = db.session.scalars(
            sa.select(Enrolment.id)
            .where(
                Enrolment.org_id == org_id,
                Enrolment.cohort_id == cohort_id,
                Enrolment.state == EnrolmentState.enrolled,
                Enrolment.firm_id.is_not(None),
            )
            .order_by(Enrolment.id)
        ).all()
        for start in range(0, len(inside), commands.LETTERS):
            ids = list(inside[start : start + commands.LETTERS])
            enqueue(tell_participants_of_phase, org_id=org_id, cohort_id=cohort_id, phase=phase, enrolment_ids=ids)
    db.session.commit()


def _enrolments(org_id: int, ids: Sequence[int]) -> Sequence[Enrolment]:
    return db.session.scalars(
        sa.select(Enrolment).where(Enrolment.org_id == org_id, Enrolment.id.in_(ids)).order_by(Enrolment.id)
    ).all()


@tenant_job("tell_participants_of_phase")
def tell_participants_of_phase(*, org_id: int, cohort_id: int, phase: str, enrolment_ids: list[int]) -> None:
    cohort, told = db.session.get_one(Cohort, (org_id, cohort_id)), set()
    for one in _enrolments(org_id, enrolment_ids):
        if one.state is EnrolmentState.enrolled and one.person_id not in told:
            letters.write_to_participant("cohort_phase_opened", cohort, one, clock.now(), phase=phase)
            told.add(one.person_id)
    db.session.commit()


@tenant_job("tell_of_cohort_closed", on="cohort.closed")
def tell_of_cohort_closed(*, org_id: int, cohort_id: int) -> None:
    _tell_over(org_id, cohort_id, "closed")


@tenant_job("tell_of_cohort_cancelled", on="cohort.cancelled")
def tell_of_cohort_cancelled(*, org_id: int, cohort_id: int) -> None:
    _tell_over(org_id, cohort_id, "cancelled")


def _tell_over(org_id: int, cohort_id: int, what: str) -> None:
    cohort = db.session.get(Cohort, (org_id, cohort_id))
    if cohort is not None:
        for firm_id in cohort.parties:
            letters.write_to_coordinators("cohort_over", cohort, firm_id, clock.now(), what=what)
    db.session.commit()


@tenant_job("turn_clock_of_cohorts_of_organisation")
def turn_clock_of_cohorts_of_organisation(*, org_id: int) -> None:
    """Phases whose day has come; answers whose time is over are the enrolments' own (``enrolments.due``)."""
    commands.open_due_phases(org_id=org_id, now=clock.now())
    jobs.announce("enrolments.due", org_id=org_id)
    db.session.commit()


@clock_job("turn_clock_of_cohorts", "*/10 * * * *")
def turn_clock_of_cohorts() -> None:
    """One job for each organisation where something is due, unless one already waits."""
    for org_id in db.session.scalars(sa.select(sa.func.organisations_with_due_cohorts(clock.now()))).all():
        enqueue(
            turn_clock_of_cohorts_of_organisation, org_id=org_id, once=f"turn_clock_of_cohorts_of_organisation {org_id}"
        )
