"""What the clock does: measures are drawn once a month, and the dashboard is sent to those who asked for it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import sqlalchemy as sa

from marketplace.measures import commands, standing
from marketplace.measures.models import DashboardDigest
from tenants.affiliations.models import COORDINATORS, Affiliation
from tenants.affiliations.queries import current_on
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job
from tenants.shared.letters import queue_letter


@tenant_job("draw_measures_of_organisation")
def draw_measures_of_organisation(*, org_id: int) -> None:
    del org_id
    now = clock.now()
    commands.draw_measures(on=now.date().replace(day=1), now=now)


@clock_job("draw_measures", "25 * * * *")
def draw_measures() -> None:
    """One job for each organisation whose month is not drawn yet, unless one already waits."""
    first = clock.now().date().replace(day=1)
    for org_id in db.session.scalars(sa.select(sa.func.organisations_with_due_measures(first))).all():
        enqueue(draw_measures_of_organisation, org_id=org_id, once=f"draw_measures_of_organisation {org_id}")


@tenant_job("send_dashboards_of_organisation")
def send_dashboards_of_organisation(*, org_id: int) -> None:
    """A letter to each whose day has come and who still looks after people here; whoever does not is asked no more."""
    now = clock.now()
    due = db.session.scalars(
        sa.select(DashboardDigest)
        .where(DashboardDigest.org_id == org_id, DashboardDigest.next_on <= now.date())
        .with_for_update(skip_locked=True)
    ).all()
    if not due:
        return
    rows = db.session.execute(sa.text("SELECT what, side, number FROM live_counts_for_letter()"))
    counted = Counter({(row.what, row.side): row.number for row in rows})
    slug = db.session.get_one(Organisation, org_id).slug
    looking_after = set(
        db.session.scalars(
            sa.select(Affiliation.person_id).where(
                Affiliation.org_id == org_id,
                Affiliation.person_id.in_([one.person_id for one in due]),
                Affiliation.role.in_(COORDINATORS),
                current_on(now.date()),
            )
        )
    )
    for one in due:
        if one.person_id not in looking_after:
            db.session.delete(one)
            continue
        one.next_on = commands.next_day(one.every, now.date())
        data = {
            "every": one.every.value,
            "inside": standing.inside(counted),
            "under_way": standing.pairs_under_way(counted),
            "quiet": counted["pair_quiet", ""],
            "waiting": standing.waiting(counted),
            "url": f"/{slug}/dashboard/",
        }
        queue_letter(
            "dashboard", org_id=org_id, person_id=one.person_id, now=now, data=data, path=f"/{slug}/dashboard/"
        )
    db.session.commit()


@clock_job("send_dashboards", "40 * * * *")
def send_dashboards() -> None:
    today = (clock.now() - timedelta(hours=6)).date()
    for org_id in db.session.scalars(sa.select(sa.func.organisations_with_due_dashboards(today))).all():
        enqueue(send_dashboards_of_organisation, org_id=org_id, once=f"send_dashboards_of_organisation {org_id}")
