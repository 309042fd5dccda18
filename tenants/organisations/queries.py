"""What an organisation's administrators read. The viewer comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from tenants.current import Acting
from tenants.organisations.models import (
    MARKETPLACE,
    FirmMembership,
    MembershipState,
    Organisation,
    OrganisationKind,
)
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class MemberFirm:
    """A firm on the network's desk: counts of what it has done, never who did it."""

    id: int
    name: str
    slug: str
    state: MembershipState
    joined_on: date
    people: int
    mentors: int
    conflicts_declared: bool
    requests: int

    @property
    def steps(self) -> tuple[tuple[str, bool], ...]:
        """The way in, in order: what has been done."""
        return (
            ("joined", self.state is MembershipState.active),
            ("people", self.people > 0),
            ("conflicts", self.conflicts_declared),
            ("mentors", self.mentors > 0),
            ("request", self.requests > 0),
        )

    @property
    def done(self) -> int:
        return sum(done for _name, done in self.steps)

    @property
    def next_step(self) -> str | None:
        """The first step that has not been done; None when the firm is running."""
        return next((name for name, done in self.steps if not done), None)

    def days_in(self, today: date) -> int:
        return (today - self.joined_on).days


STUCK_AFTER_DAYS = 10
"""A firm that joined longer ago and has not finished its way in is stuck."""


def member_firms(acting: Acting) -> list[MemberFirm]:
    """The network's firms, those that are stuck first."""
    figures = sa.func.firm_figures().table_valued(
        sa.column("firm_id", sa.Integer),
        sa.column("people", sa.Integer),
        sa.column("mentors", sa.Integer),
        sa.column("conflicts_declared", sa.Boolean),
        sa.column("requests", sa.Integer),
    )
    query = (
        sa.select(
            Organisation.id,
            Organisation.name,
            Organisation.slug,
            FirmMembership.state,
            FirmMembership.joined_on,
            figures.c.people,
            figures.c.mentors,
            figures.c.conflicts_declared,
            figures.c.requests,
        )
        .join(FirmMembership, FirmMembership.firm_id == Organisation.id)
        .join(figures, figures.c.firm_id == Organisation.id)
        .where(FirmMembership.network_id == acting.org_id, FirmMembership.state != MembershipState.left)
    )
    firms = [MemberFirm(**row._mapping) for row in db.session.execute(query)]
    return sorted(firms, key=lambda firm: (firm.next_step is None, firm.done, firm.joined_on, firm.name))


def member_firm_or_404(acting: Acting, firm_id: int) -> MemberFirm:
    return next((firm for firm in member_firms(acting) if firm.id == firm_id), None) or abort(404)


def membership_or_404(acting: Acting, network_id: int, firm_id: int) -> FirmMembership:
    """A membership that the viewer's organisation is one side of."""
    if acting.org_id not in (network_id, firm_id):
        abort(404)
    return db.session.get(FirmMembership, (network_id, firm_id)) or abort(404)


def networks_of(acting: Acting) -> list[tuple[Organisation, FirmMembership]]:
    """The networks that the viewer's firm belongs to, was invited to, or was suspended from."""
    query = (
        sa.select(Organisation, FirmMembership)
        .join(FirmMembership, FirmMembership.network_id == Organisation.id)
        .where(FirmMembership.firm_id == acting.org_id, FirmMembership.state != MembershipState.left)
        .order_by(Organisation.name)
    )
    return [(network, membership) for network, membership in db.session.execute(query)]


def own_organisation(acting: Acting) -> Organisation:
    return db.session.get_one(Organisation, acting.org_id)


def firms_in_sight(acting: Acting) -> Sequence[Organisation]:
    """Companies that the viewer's firm could meet here: of the same networks, or of the marketplace when both are in it.

    Conflicts do not shorten this list: a name missing from it would tell that the other side declared one.
    """
    fellow, own = aliased(FirmMembership), aliased(FirmMembership)
    fellows = (
        sa.select(fellow.firm_id)
        .join(own, own.network_id == fellow.network_id)
        .where(own.firm_id == acting.org_id, own.state == "active", fellow.state == "active")
    )
    seen = [Organisation.id.in_(fellows)]
    if MARKETPLACE in acting.audiences:
        seen.append(Organisation.in_marketplace.is_(True))
    query = (
        sa.select(Organisation)
        .where(Organisation.kind == OrganisationKind.company, Organisation.id != acting.org_id, sa.or_(*seen))
        .order_by(Organisation.name)
    )
    return db.session.scalars(query).all()
