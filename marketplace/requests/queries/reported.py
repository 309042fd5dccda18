"""Concerns, for those who handle them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from marketplace.requests import policy
from marketplace.requests.models import Concern
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.organisations.models import FirmMembership, MembershipState, Organisation
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class ToldConcern:
    """A concern as the coordinator who handles it reads it."""

    concern: Concern
    reporter: str
    reporter_firm: str
    about: str


def shared_network(viewer: Acting, other_org_id: int) -> int | None:
    """A network that both firms belong to now (or that one of them is); the oldest, so that it is always the same."""
    if viewer.in_network:
        return viewer.org_id
    query = (
        sa.select(FirmMembership.network_id)
        .where(
            FirmMembership.network_id.in_(viewer.audiences),
            FirmMembership.firm_id == other_org_id,
            FirmMembership.state == MembershipState.active,
        )
        .order_by(FirmMembership.network_id)
        .limit(1)
    )
    return other_org_id if other_org_id in viewer.audiences else db.session.scalar(query)


def concerns(viewer: Acting) -> list[ToldConcern]:
    """What was reported to this organisation: what waits first, then the newest."""
    if not policy.may_see_concerns(viewer):
        return []
    query = _concerns(viewer).order_by(Concern.handled_at.is_not(None), Concern.id.desc()).limit(100)
    return [ToldConcern(*row) for row in db.session.execute(query)]


def concern_or_404(viewer: Acting, concern_id: int) -> Concern:
    row = None
    if policy.may_see_concerns(viewer):
        row = db.session.execute(_concerns(viewer).where(Concern.id == concern_id)).first()
    if row is None:
        abort(404)
    concern: Concern = row[0]
    return concern


def _concerns(viewer: Acting) -> sa.Select[*tuple[Any, ...]]:
    reporter, about = aliased(Person), aliased(Person)
    return (
        sa.select(Concern, reporter.name, Organisation.name, about.name)
        .join(reporter, reporter.id == Concern.reporter_person_id)
        .join(about, about.id == Concern.about_person_id)
        .join(Organisation, Organisation.id == Concern.reporter_org_id)
        # Somebody whom a concern is about never reads it, coordinator or not.
        .where(Concern.org_id == viewer.org_id, Concern.about_person_id != viewer.person_id)
    )
