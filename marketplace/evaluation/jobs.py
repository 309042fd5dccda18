"""Figures are drawn once a month, for everybody who runs cohorts, and by nobody's hand: dates cannot be chosen."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.evaluation import commands
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job


@tenant_job("draw_figures_of_organisation")
def draw_figures_of_organisation(*, org_id: int) -> None:
    del org_id
    now = clock.now()
    commands.draw_figures(on=now.date().replace(day=1), now=now)


@clock_job("draw_figures", "20 * * * *")
def draw_figures() -> None:
    """One job for each organisation whose month is not drawn yet, unless one already waits."""
    first = clock.now().date().replace(day=1)
    for org_id in db.session.scalars(sa.select(sa.func.organisations_with_due_figures(first))).all():
        enqueue(draw_figures_of_organisation, org_id=org_id, once=f"draw_figures_of_organisation {org_id}")
