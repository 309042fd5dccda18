"""What is held about a person: what they said of others' plans as a line manager, and why they left a cohort early."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.enrolments.models import DepartureReason, ManagerView
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def export_views(subject: Subject) -> list[dict[str, Any]]:
    own = db.session.scalars(sa.select(ManagerView).where(ManagerView.manager_id == subject.person_id))
    return [
        {
            "asked": one.asked_at.isoformat(),
            "answered": one.answered_at.isoformat() if one.answered_at else None,
            "has_time": one.has_time,
            "words": one.words,
        }
        for one in own
    ]


def erase_views(subject: Subject, now: datetime) -> None:
    """What they wrote, and what was written about them."""
    del now
    db.session.execute(
        sa.delete(ManagerView).where(
            sa.or_(ManagerView.manager_id == subject.person_id, ManagerView.person_id == subject.person_id)
        ),
        execution_options={"synchronize_session": False},
    )


def export_departures(subject: Subject) -> list[dict[str, Any]]:
    own = db.session.scalars(sa.select(DepartureReason).where(DepartureReason.person_id == subject.person_id))
    return [{"words": one.words, "said": one.said_at.isoformat()} for one in own]


def erase_departures(subject: Subject, now: datetime) -> None:
    del now
    db.session.execute(
        sa.delete(DepartureReason).where(DepartureReason.person_id == subject.person_id),
        execution_options={"synchronize_session": False},
    )


register(
    Holding(
        "manager_views",
        _l("What you said as a line manager"),
        frozenset({"manager_view.manager_id", "manager_view.person_id"}),
        export_views,
        erase_views,
        goes=_l("What you said as a line manager about a colleague’s programme, and what was said about yours."),
    ),
    Holding(
        "departure_reasons",
        _l("Why you left a cohort"),
        frozenset({"departure_reason.person_id"}),
        export_departures,
        erase_departures,
        goes=_l("Why you left a cohort early."),
    ),
    Holding(
        "manager_views_for_organisations",
        _l("What you asked line managers"),
        frozenset({"manager_view.asked_by_id"}),
    ),
)
