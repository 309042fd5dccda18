"""What is held about a person on board tracks: the seat they hold or stand behind, and what they did for an organisation."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.boards.models import Seat
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def export_seats(subject: Subject) -> list[dict[str, Any]]:
    own = db.session.scalars(
        sa.select(Seat).where(sa.or_(Seat.person_id == subject.person_id, Seat.sponsor_id == subject.person_id))
    )
    return [
        {
            "organisation": subject.slugs.get(one.org_id, ""),
            "part": "candidate" if one.person_id == subject.person_id else "sponsor",
            "office_of_sponsor": one.office.value,
            "nominated": one.claimed_at.isoformat(),
            "ended": one.released_at.isoformat() if one.released_at else None,
        }
        for one in own
    ]


register(
    Holding(
        "board_seats",
        _l("Seats on board tracks"),
        frozenset({"seat.person_id", "seat.sponsor_id"}),
        export_seats,
        stays=_l("That a seat on a board track was held, for the organisation that paid for it, without your name."),
    ),
    Holding(
        "board_tracks_for_organisations",
        _l("What you did for a board track"),
        frozenset(
            {
                "seat.nominated_by_id",
                "board_track.created_by_id",
                "subscription.started_by_id",
                "billing_wish.asked_by_id",
            }
        ),
    ),
)
