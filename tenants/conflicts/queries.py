"""What a firm declared, what it hides in numbers, and the group it belongs to. What others declared is nobody's to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import abort

from tenants.current import Acting
from tenants.organisations.models import ConflictDeclaration, ConflictKind, GroupOffer, GroupSight, Organisation
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Conflict:
    id: int
    other_org_id: int
    other_name: str | None
    kind: ConflictKind
    since: date
    until: date | None
    note: str
    covers_group: bool

    def stands_on(self, today: date) -> bool:
        return self.since <= today and (self.until is None or self.until > today)


def conflicts(acting: Acting) -> list[Conflict]:
    """What the viewer's own firm declared, newest first."""
    query = (
        sa.select(
            ConflictDeclaration.id,
            ConflictDeclaration.other_org_id,
            Organisation.name.label("other_name"),
            ConflictDeclaration.kind,
            ConflictDeclaration.since,
            ConflictDeclaration.until,
            ConflictDeclaration.note,
            ConflictDeclaration.covers_group,
        )
        # A firm that left every network of ours is out of sight; what we declared about it is not.
        .outerjoin(Organisation, Organisation.id == ConflictDeclaration.other_org_id)
        .where(ConflictDeclaration.org_id == acting.org_id)
        .order_by(ConflictDeclaration.until.is_not(None), ConflictDeclaration.since.desc(), Organisation.name)
    )
    return [Conflict(**row._mapping) for row in db.session.execute(query)]


def conflict_or_404(acting: Acting, conflict_id: int) -> ConflictDeclaration:
    return db.session.get(ConflictDeclaration, (acting.org_id, conflict_id)) or abort(404)


@dataclass(frozen=True, slots=True)
class Effect:
    """How many published mentors a conflict hides: ``theirs`` from the declarer's people, ``ours`` from theirs."""

    theirs: int
    ours: int


def effect(acting: Acting, other_org_id: int, *, covers_group: bool) -> Effect:
    """Numbers only, of what is published to an audience that both firms share, whatever else is declared by whom."""
    del acting  # the gate counts for whoever it opened the workspace for
    rows = sa.func.conflict_effect(other_org_id, covers_group).table_valued(
        sa.column("theirs", sa.Integer), sa.column("ours", sa.Integer)
    )
    row = db.session.execute(sa.select(rows.c.theirs, rows.c.ours)).first()
    return Effect(row.theirs, row.ours) if row else Effect(0, 0)


# --- groups of companies --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the viewer's group: the one above, the viewer's own, and those below."""

    id: int
    name: str
    parent_id: int | None
    group_sight: GroupSight


def group_around(acting: Acting) -> list[Company]:
    if not acting.coordinates:
        return []
    rows = db.session.execute(sa.text("SELECT id, name, parent_id, group_sight FROM group_around()"))
    return [Company(row.id, row.name, row.parent_id, GroupSight(row.group_sight)) for row in rows]


def has_companies_below(acting: Acting) -> bool:
    return any(company.parent_id == acting.org_id for company in group_around(acting))


@dataclass(frozen=True, slots=True)
class OfferToUs:
    org_id: int
    id: int
    org_name: str
    we_are_parent: bool
    created_at: datetime


def offers_to_us(acting: Acting) -> list[OfferToUs]:
    """Companies that say they are above or below the viewer's own, and wait for an answer."""
    del acting
    rows: Any = db.session.execute(sa.text("SELECT * FROM group_offers_to_us()"))
    return [OfferToUs(row.org_id, row.id, row.org_name, row.we_are_parent, row.created_at) for row in rows]


def our_offers(acting: Acting) -> Sequence[GroupOffer]:
    """What the viewer's firm asked and nobody has said yes to; the address as it was typed, whoever has it."""
    query = (
        sa.select(GroupOffer)
        .where(GroupOffer.org_id == acting.org_id, GroupOffer.accepted.is_(False))
        .order_by(GroupOffer.created_at.desc())
        .limit(50)
    )
    return db.session.scalars(query).all()
