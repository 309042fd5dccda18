"""A report is drawn when its cohort closes, and whenever somebody who runs it asks."""

from __future__ import annotations

from marketplace.programmes.models import Cohort, Programme
from marketplace.reports import commands, letters
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job


@tenant_job("begin_cohort_report", on="cohort.closed")
def begin_cohort_report(*, org_id: int, cohort_id: int) -> None:
    commands.begin_report(org_id=org_id, cohort_id=cohort_id, now=clock.now())


@tenant_job("draw_cohort_report", on="report.asked")
def draw_cohort_report(*, org_id: int, cohort_id: int) -> None:
    """Once for each asking: whoever finds it drawn already leaves it."""
    now = clock.now()
    report = commands.draw_report(org_id=org_id, cohort_id=cohort_id, now=now)
    if report is not None:
        cohort = db.session.get_one(Cohort, (org_id, cohort_id))
        letters.report_ready(report, db.session.get_one(Programme, (org_id, cohort.programme_id)), now)
    db.session.commit()
