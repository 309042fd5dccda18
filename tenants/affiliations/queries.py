"""The people of an organisation, for those who look after them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import contains_eager

from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation
from tenants.current import Acting
from tenants.onboarding.models import Invitation
from tenants.shared.database import db

PAGE = 50


def people(acting: Acting, *, text: str = "", after: tuple[str, int] | None = None) -> Sequence[Affiliation]:
    """One page of the organisation's current people by name, from the one behind ``after`` (name, affiliation id)."""
    query = (
        sa.select(Affiliation)
        .join(Affiliation.person)
        .options(contains_eager(Affiliation.person))
        .where(Affiliation.org_id == acting.org_id, Affiliation.ended_on.is_(None))
        .order_by(Person.name, Affiliation.id)
        .limit(PAGE + 1)
    )
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(Person.name.ilike(pattern) | Affiliation.work_email.ilike(pattern))
    if after:
        query = query.where(sa.tuple_(Person.name, Affiliation.id) > after)
    return db.session.scalars(query).all()


def count_people(acting: Acting) -> int:
    query = sa.select(sa.func.count()).where(Affiliation.org_id == acting.org_id, Affiliation.ended_on.is_(None))
    return db.session.scalar(query.select_from(Affiliation)) or 0


def invitation_or_404(acting: Acting, invitation_id: int) -> Invitation:
    return db.session.get(Invitation, (acting.org_id, invitation_id)) or abort(404)
