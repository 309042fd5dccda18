"""The only writes: what a cohort costs, who reads the dashboard by letter, and the drawing of a month's measures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.measures.models import CohortCost, DashboardDigest, Every
from marketplace.measures.policy import may_read_dashboards, may_set_costs
from marketplace.programmes.models import Cohort
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden


def set_cost(*, acting: Acting, cohort: Cohort, cents: int, currency: str, covers: str, now: datetime) -> None:
    """What the cohort costs those who run it, for what it costs per pair. Raises ``Forbidden``."""
    if not may_set_costs(acting) or cohort.org_id != acting.org_id:
        raise Forbidden(_("Those who run the programme say what it costs."))
    values = {"cents": cents, "currency": currency, "covers": covers, "set_at": now}
    statement = insert(cast(sa.Table, CohortCost.__table__))
    statement = statement.values(org_id=acting.org_id, cohort_id=cohort.id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id", "cohort_id"], set_=values))
    record(
        "measures.cost_set",
        org_ids=[acting.org_id],
        now=now,
        subject=("cohort", cohort.id),
        actor=(acting.person_id, acting.person_name),
    )
    db.session.commit()


def next_day(every: Every, after: date) -> date:
    """The next Monday, or the second of the next month: by then the month's measures are drawn."""
    if every is Every.week:
        return after + timedelta(days=7 - after.weekday())
    return (after.replace(day=1) + timedelta(days=32)).replace(day=2) if after.day > 1 else after.replace(day=2)


def choose_digest(*, acting: Acting, every: Every | None, now: datetime) -> None:
    """Have the dashboard come by letter every week or month, or (None) no more. Raises ``Forbidden``."""
    if not may_read_dashboards(acting):
        raise Forbidden(_("Those who look after people read the dashboard."))
    if every is None:
        own = (DashboardDigest.org_id == acting.org_id, DashboardDigest.person_id == acting.person_id)
        db.session.execute(sa.delete(DashboardDigest).where(*own))
    else:
        values = {"every": every, "next_on": next_day(every, now.astimezone(acting.zone).date())}
        statement = insert(cast(sa.Table, DashboardDigest.__table__))
        statement = statement.values(org_id=acting.org_id, person_id=acting.person_id, **values)
        db.session.execute(statement.on_conflict_do_update(index_elements=["org_id", "person_id"], set_=values))
    db.session.commit()


def draw_measures(*, on: date, now: datetime) -> int:
    """Draw the measures of the organisation whose job this is, as of the beginning of ``on`` (the first day of a month).

    Returns how many may be shown; 0 where that month, or a later one, was drawn already.
    """
    drawn: int = db.session.execute(sa.select(sa.func.draw_measures(on, now))).scalar_one()
    db.session.commit()
    return drawn
