"""From phase to phase: by hand, by the clock; and on which days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.cohorts import timeline
from marketplace.cohorts.commands.steps import begin, end_all, locked, note, open_due
from marketplace.programmes.modalities import Phase
from marketplace.programmes.models import (
    Cohort,
    CohortPhase,
    CohortState,
    Enrolment,
    EnrolmentState,
)
from marketplace.programmes.queries import phases_of
from marketplace.programmes.words import PHASES
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.errors import Refused

MOST_REMINDED = 500


def open_phase(*, acting: Acting, cohort: Cohort, phase: Phase, then: str, now: datetime) -> None:
    """Open a phase by hand; those between it and the present one are left out, and the present one closes.

    ``then``: what becomes of those who have not answered: "carry" leaves them their time, "remind" writes to them as well,
    "close" ends it for them with an explanation. Whoever awaits a decision is never ended.
    Raises ``Refused`` for a phase that has begun or lies behind.
    """
    one = locked(cohort)
    if one.state is not CohortState.open:
        raise Refused(_("Open the cohort first. Its phases begin after that."))
    phases = phases_of(one)
    target = next((each for each in phases if each.phase is phase), None)
    if target is None:
        raise Refused(_("This cohort has no such phase."))
    begun = [number for number, each in enumerate(phases) if each.opened_at is not None]
    if target.opened_at is not None or (begun and phases.index(target) < begun[-1]):
        raise Refused(
            _(
                "%(phase)s is behind you, and a phase is not opened again. Late comers are nominated, apply and are taken in"
                " until the closing.",
                phase=PHASES[phase],
            )
        )
    for between in phases[: phases.index(target)]:
        if between.opened_at is None and between.skipped_at is None:
            between.skipped_at = now
    begin(one, phases, target, now)
    if then == "close":
        end_all(
            one, (EnrolmentState.nominated, EnrolmentState.awaiting_employer), EnrolmentState.expired, "phase_over", now
        )
    elif then == "remind":
        _remind(one, now)
    note("cohort.phase_opened", acting, one, now)
    db.session.commit()


def change_timeline(
    *, acting: Acting, cohort: Cohort, days: Mapping[Phase, date], by_hand: frozenset[Phase], now: datetime
) -> None:
    """Other days for phases that have not begun. Raises ``Refused`` when they are out of order."""
    one = locked(cohort)
    phases = phases_of(one)
    if wrong := timeline.faults(phases, days):
        raise Refused(next(iter(wrong.values())))
    if one.state not in (CohortState.draft, CohortState.open):
        raise Refused(_("This cohort is over; its days stay."))
    for each in phases:
        if each.opened_at is None:
            each.starts_on, each.by_hand = days[each.phase], each.phase in by_hand
        if each.phase is Phase.launch:
            one.launch_on = each.starts_on
    one.updated_at = now
    note("cohort.timeline_changed", acting, one, now)
    db.session.commit()


def open_due_phases(*, org_id: int, now: datetime) -> int:
    """The clock's: every phase whose day has come, in its order, in the open cohorts of one organisation; how many.

    A cohort is claimed by its lock, and looked at again under it: once, however many workers, however late. One that is to be
    opened by hand holds up those behind it, for nothing is left out without somebody's word. Commits cohort by cohort.
    """
    today, opened = now.date(), 0
    due = db.session.scalars(
        sa.select(Cohort.id)
        .join(CohortPhase, sa.and_(CohortPhase.org_id == Cohort.org_id, CohortPhase.cohort_id == Cohort.id))
        .where(
            Cohort.org_id == org_id,
            Cohort.state == CohortState.open,
            CohortPhase.by_hand.is_(False),
            CohortPhase.opened_at.is_(None),
            CohortPhase.skipped_at.is_(None),
            CohortPhase.starts_on <= today,
        )
        .distinct()
    ).all()
    for cohort_id in due:
        cohort = db.session.get_one(Cohort, (org_id, cohort_id), with_for_update=True, populate_existing=True)
        if cohort.state is CohortState.open:
            opened += open_due(cohort, now)
        db.session.commit()
    return opened


def _remind(cohort: Cohort, now: datetime) -> None:
    waiting = (EnrolmentState.nominated, EnrolmentState.awaiting_employer)
    found = db.session.scalars(
        sa.select(Enrolment.id)
        .where(
            Enrolment.org_id == cohort.org_id,
            Enrolment.cohort_id == cohort.id,
            Enrolment.state.in_(waiting),
            Enrolment.nudged_at.is_(None),
        )
        .limit(MOST_REMINDED)
        .with_for_update()
    ).all()
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.org_id == cohort.org_id, Enrolment.id.in_(found))
        .values(nudged_at=now, version=Enrolment.version + 1),
        execution_options={"synchronize_session": False},
    )
    for enrolment_id in found:
        jobs.announce("enrolment.nudged", org_id=cohort.org_id, enrolment_id=enrolment_id)
