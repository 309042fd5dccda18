"""Admissions of search firms, as far as they name a person. They stay: they are said between two organisations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from tenants.search_firms.models import SearchFirmAdmission
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def export_admissions(subject: Subject) -> list[dict[str, Any]]:
    """What the person did with each admission, and the statement where it is theirs."""
    me, one = subject.person_id, SearchFirmAdmission
    rows = db.session.scalars(
        sa.select(one)
        .where(sa.or_(one.admitted_by_id == me, one.accepted_by_id == me, one.ended_by_id == me))
        .order_by(one.id)
    )
    return [
        {
            "organisation": subject.slugs[row.org_id],
            "search_firm": subject.firms[row.search_firm_id],
            "statement": row.statement if row.admitted_by_id == me else None,
            "admitted_at": row.admitted_at.isoformat() if row.admitted_by_id == me else None,
            "accepted_at": row.accepted_at.isoformat() if row.accepted_by_id == me and row.accepted_at else None,
            "ended_at": row.ended_at.isoformat() if row.ended_by_id == me and row.ended_at else None,
        }
        for row in rows
    ]


register(
    Holding(
        "admissions",
        _l("Search firms"),
        frozenset(f"search_firm_admission.{did}_by_id" for did in ("admitted", "accepted", "ended")),
        export_admissions,
        stays=_l(
            "Admissions of search firms that you gave, accepted or ended: they are said between two organisations."
        ),
    )
)
