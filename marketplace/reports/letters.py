"""Who is written that a report is ready."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from marketplace.programmes.models import Programme
from marketplace.reports.models import CohortReport
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared.database import db
from tenants.shared.letters import queue_letter


def report_ready(report: CohortReport, programme: Programme, now: datetime) -> None:
    """To whoever asked for it, if they still look after programmes there; else to all who do."""
    path = f"/{db.session.get_one(Organisation, report.org_id).slug}/cohorts/{report.cohort_id}/report"
    readers = set(db.session.scalars(sa.select(sa.func.programme_coordinators(report.org_id))))
    for person_id in sorted({report.asked_by_id} & readers or readers):
        reader = db.session.get_one(Person, person_id)
        queue_letter(
            "report_ready",
            org_id=report.org_id,
            person_id=person_id,
            now=now,
            data={"programme": programme.name(reader.locale or "en"), "url": path},
            path=path,
        )
