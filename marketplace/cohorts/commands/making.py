"""A new cohort, and its opening."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.cohorts import timeline
from marketplace.cohorts.commands.steps import locked, note, open_due
from marketplace.programmes.models import (
    Cohort,
    CohortPhase,
    CohortState,
    Programme,
    ProgrammeState,
)
from marketplace.programmes.policy import may_run_programmes
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused


def create_cohort(*, acting: Acting, programme: Programme, launch_on: date, is_pilot: bool, now: datetime) -> Cohort:
    """The next intake, as a draft, with its phases on the days of the programme's timeline.

    Raises ``Forbidden`` to whoever does not run programmes here, ``Refused`` for an archived programme.
    """
    if programme.org_id != acting.org_id or not may_run_programmes(acting):
        raise Forbidden(_("Only those who run the programme may make a cohort of it."))
    if programme.state is ProgrammeState.archived:
        raise Refused(_("The programme is archived. Clone it, and make the cohort of the new one."))
    last = db.session.scalar(
        sa.select(sa.func.max(Cohort.ordinal)).where(
            Cohort.org_id == programme.org_id, Cohort.programme_id == programme.id
        )
    )
    cohort = Cohort(
        org_id=programme.org_id,
        id=new_id(),
        programme_id=programme.id,
        ordinal=(last or 0) + 1,
        is_pilot=is_pilot,
        form=programme.form,
        state=CohortState.draft,
        choices=programme.choices,
        launch_on=launch_on,
        created_by_id=acting.person_id,
        created_at=now,
        updated_at=now,
    )
    db.session.add(cohort)
    try:
        db.session.flush()
    except IntegrityError:
        raise Refused(_("Somebody has just made a cohort of this programme. Look at it first.")) from None
    modalities = programme.modalities
    by_hand = {timing.phase: timing.by == "hand" for timing in modalities.timeline}
    for phase, day in timeline.planned_days(modalities, launch_on).items():
        db.session.add(
            CohortPhase(org_id=cohort.org_id, cohort_id=cohort.id, phase=phase, starts_on=day, by_hand=by_hand[phase])
        )
    note("cohort.created", acting, cohort, now)
    db.session.commit()
    return cohort


def open_cohort(*, acting: Acting, cohort: Cohort, programme: Programme, now: datetime) -> None:
    """From now on it is seen by those who take part, and its phases move. Raises ``Refused`` unless it is a draft."""
    one = locked(cohort)
    if one.state is not CohortState.draft:
        raise Refused(_("This cohort is open already, or over."))
    if programme.state is not ProgrammeState.open:
        raise Refused(_("The programme is still a draft. Open it first, then this cohort."))
    if not programme.parties:
        raise Refused(_("Nobody takes part yet. Invite organisations to the programme first."))
    one.state, one.updated_at = CohortState.open, now
    db.session.flush()
    jobs.announce("cohort.opened", org_id=one.org_id, cohort_id=one.id)
    open_due(one, now)
    note("cohort.opened", acting, one, now)
    db.session.commit()
