"""Which search firms a network accredits, and which networks accredit a search firm. The viewer comes first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask import abort

from tenants.current import Acting
from tenants.onboarding.models import Invitation, InvitationState
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Admission:
    """An admission as either side reads it. ``people``: how many belong to the search firm now."""

    id: int
    network_id: int
    network: str
    search_firm_id: int
    search_firm: str
    slug: str
    statement: str
    admitted_at: datetime
    until_on: date
    accepted_at: datetime | None
    ended_at: datetime | None
    people: int

    def state(self, today: date) -> str:
        """``ended``, ``over`` (its last day has passed), ``offered`` (the firm has not accepted the rules yet) or ``holds``."""
        if self.ended_at is not None:
            return "ended"
        if self.until_on < today:
            return "over"
        return "offered" if self.accepted_at is None else "holds"


_ADMISSIONS = sa.text("SELECT * FROM search_firm_admissions()")
_COLUMNS = tuple(Admission.__dataclass_fields__)


def admissions(acting: Acting) -> list[Admission]:
    """Those that stand first, the latest on top; for anybody but the two sides, none."""
    del acting  # the function in the database answers for the organisation of the context
    rows = db.session.execute(_ADMISSIONS).mappings()
    found = [Admission(**{name: row[name] for name in _COLUMNS}) for row in rows]
    return sorted(found, key=lambda one: (one.ended_at is not None, -one.admitted_at.timestamp(), one.id))


def admission_or_404(acting: Acting, admission_id: int) -> Admission:
    return next((one for one in admissions(acting) if one.id == admission_id), None) or abort(404)


def open_invitation(acting: Acting, search_firm_id: int) -> Invitation | None:
    """The viewer's network's invitation to the firm's first person, while nobody has taken it up."""
    query = (
        sa.select(Invitation)
        .where(
            Invitation.org_id == search_firm_id,
            Invitation.inviter_org_id == acting.org_id,
            Invitation.state == InvitationState.open,
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)
