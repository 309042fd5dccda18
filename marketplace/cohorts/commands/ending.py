"""A cohort comes to its end, or does not take place."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from marketplace.cohorts.commands.steps import end_all, locked, note
from marketplace.programmes.models import (
    ON_THE_WAY,
    Cohort,
    CohortState,
    EnrolmentState,
)
from marketplace.programmes.queries import phases_of
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.errors import Refused


def close_cohort(*, acting: Acting, cohort: Cohort, now: datetime) -> None:
    """It is over: who takes part has completed it, who was on the way is told that it did not come to them."""
    one = locked(cohort)
    if one.state is not CohortState.open:
        raise Refused(_("Only an open cohort is closed."))
    end_all(one, tuple(ON_THE_WAY), EnrolmentState.expired, "cohort_closed", now)
    end_all(one, (EnrolmentState.enrolled,), EnrolmentState.completed, "", now)
    _over(acting, one, CohortState.closed, now)


def cancel_cohort(*, acting: Acting, cohort: Cohort, now: datetime) -> None:
    """It does not take place. Everybody in it or on the way is told; a draft goes without a word."""
    one = locked(cohort)
    if one.state not in (CohortState.open, CohortState.draft):
        raise Refused(_("This cohort is over already."))
    counted = (*sorted(ON_THE_WAY), EnrolmentState.enrolled)
    end_all(one, counted, EnrolmentState.withdrawn, "cohort_cancelled", now)
    _over(acting, one, CohortState.cancelled, now)


def _over(acting: Acting, cohort: Cohort, state: CohortState, now: datetime) -> None:
    cohort.state, cohort.updated_at = state, now
    for one in phases_of(cohort):
        if one.opened_at is not None and one.closed_at is None:
            one.closed_at = now
    db.session.flush()
    jobs.announce(f"cohort.{state.value}", org_id=cohort.org_id, cohort_id=cohort.id)
    note(f"cohort.{state.value}", acting, cohort, now)
    db.session.commit()
