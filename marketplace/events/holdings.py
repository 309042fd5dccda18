"""What is held about a person in events: what they were asked to, what they answered, whether they came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.events.models import EventGuest
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def export_invitations(subject: Subject) -> list[dict[str, Any]]:
    own = db.session.scalars(
        sa.select(EventGuest).where(EventGuest.person_id == subject.person_id).order_by(EventGuest.invited_at)
    )
    return [
        {
            "event": str(one.event_id),
            "run_by": subject.slugs.get(one.org_id),
            "invited": _iso(one.invited_at),
            "answer": one.answer.value if one.answer else None,
            "answered": _iso(one.answered_at),
            "on_the_waiting_list_since": _iso(one.waiting_at),
            "withdrawn": _iso(one.withdrawn_at),
            "came": _iso(one.attended_at),
        }
        for one in own
    ]


def erase_invitations(subject: Subject, _now: datetime) -> None:
    """A place that becomes free by it is given on by the clock."""
    db.session.execute(
        sa.delete(EventGuest).where(EventGuest.person_id == subject.person_id),
        execution_options={"synchronize_session": False},
    )


register(
    Holding(
        "event_invitations",
        _l("Events"),
        frozenset({"event_guest.person_id"}),
        export_invitations,
        erase_invitations,
        goes=_l("The events that you were invited to, your answers, and whether you came."),
    ),
    Holding(
        "events_for_organisations",
        _l("What you did for events"),
        frozenset({"event.host_id", "cohort_material.added_by_id"}),
    ),
)
