"""What is held of whoever reads a dashboard by letter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.measures.models import DashboardDigest
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def export_digests(subject: Subject) -> list[dict[str, Any]]:
    chosen = db.session.scalars(sa.select(DashboardDigest).where(DashboardDigest.person_id == subject.person_id))
    return [{"every": one.every.value, "next_on": one.next_on.isoformat()} for one in chosen]


def erase_digests(subject: Subject, _now: datetime) -> None:
    db.session.execute(sa.delete(DashboardDigest).where(DashboardDigest.person_id == subject.person_id))


register(
    Holding(
        "dashboard_digest",
        _l("How often you read the dashboard by letter"),
        frozenset({"dashboard_digest.person_id"}),
        export_digests,
        erase_digests,
        goes=_l("Your choice of how often the dashboard comes by letter."),
    )
)
