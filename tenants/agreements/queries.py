"""What a network and its firms read about their agreement. The viewer comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import undefer

from tenants.agreements.models import Agreement, AgreementAcceptance, Document
from tenants.current import Acting
from tenants.organisations.models import FirmMembership, MembershipState, Organisation
from tenants.shared.database import db


def current_version(network_id: int) -> Agreement | None:
    """The version that a network asks for now; None when it asks for none, or the viewer has nothing to do with it."""
    query = (
        sa.select(Agreement)
        .where(Agreement.org_id == network_id, Agreement.published_at.is_not(None))
        .order_by(Agreement.number.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def draft(acting: Acting) -> Agreement | None:
    """What the viewer's network is writing and has not published."""
    query = sa.select(Agreement).where(Agreement.org_id == acting.org_id, Agreement.published_at.is_(None))
    return db.session.scalar(query)


def versions(acting: Acting) -> list[tuple[Agreement, int]]:
    """The published versions of the viewer's network, the newest first, each with how many firms accepted it."""
    accepted = (
        sa.select(AgreementAcceptance.number, sa.func.count().label("firms"))
        .where(AgreementAcceptance.network_id == acting.org_id)
        .group_by(AgreementAcceptance.number)
        .subquery()
    )
    query = (
        sa.select(Agreement, sa.func.coalesce(accepted.c.firms, 0))
        .outerjoin(accepted, accepted.c.number == Agreement.number)
        .where(Agreement.org_id == acting.org_id, Agreement.published_at.is_not(None))
        .order_by(Agreement.number.desc())
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def firms_that_accepted(acting: Acting) -> Sequence[int]:
    """The members of the viewer's network that accepted a version of its agreement, whichever."""
    query = (
        sa.select(AgreementAcceptance.org_id)
        .join(
            FirmMembership,
            sa.and_(
                FirmMembership.network_id == AgreementAcceptance.network_id,
                FirmMembership.firm_id == AgreementAcceptance.org_id,
            ),
        )
        .where(AgreementAcceptance.network_id == acting.org_id, FirmMembership.state != MembershipState.left)
        .distinct()
    )
    return db.session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class AskedAgreement:
    """An agreement as a firm meets it: with which network, which version, and whether it was accepted."""

    network_id: int
    network_name: str
    version: Agreement
    acceptance: AgreementAcceptance | None
    earlier: AgreementAcceptance | None
    document: Document | None

    def holds(self, today: date) -> bool:
        accepted = self.acceptance or self.earlier
        return self.version.held_by(accepted.number if accepted else None, today)


def agreements_asked(acting: Acting) -> list[AskedAgreement]:
    """What the networks of the viewer's firm ask it to accept, by name."""
    networks = db.session.execute(
        sa.select(Organisation.id, Organisation.name)
        .join(FirmMembership, FirmMembership.network_id == Organisation.id)
        .where(FirmMembership.firm_id == acting.org_id, FirmMembership.state != MembershipState.left)
        .order_by(Organisation.name)
    ).all()
    found = (_asked(acting, network.id, network.name) for network in networks)
    return [one for one in found if one is not None]


def asked_agreement_or_404(acting: Acting, network_id: int) -> AskedAgreement:
    return next((one for one in agreements_asked(acting) if one.network_id == network_id), None) or abort(404)


def _asked(acting: Acting, network_id: int, name: str) -> AskedAgreement | None:
    version = current_version(network_id)
    if version is None:
        return None
    acceptances = acceptances_of(acting, network_id, acting.org_id)
    acceptance = next((one for one in acceptances if one.number == version.number), None)
    documents = documents_by_number(acting, network_id)
    return AskedAgreement(
        network_id,
        name,
        version,
        acceptance,
        acceptances[0] if acceptances and acceptance is None else None,
        documents.get(acceptance.number) if acceptance else None,
    )


def acceptances_of(acting: Acting, network_id: int, firm_id: int) -> list[AgreementAcceptance]:
    """What the firm accepted of the network's, the newest first; for the two sides only."""
    if acting.org_id not in (network_id, firm_id):
        return []
    query = (
        sa.select(AgreementAcceptance)
        .where(AgreementAcceptance.org_id == firm_id, AgreementAcceptance.network_id == network_id)
        .order_by(AgreementAcceptance.number.desc())
    )
    return list(db.session.scalars(query))


def documents_by_number(acting: Acting, other_org_id: int) -> dict[int, Document]:
    """The papers kept of what was agreed with the other organisation, by version; their content stays where it is."""
    query = sa.select(Document).where(Document.org_id == acting.org_id, Document.other_org_id == other_org_id)
    return {document.number: document for document in db.session.scalars(query)}


def document_or_404(acting: Acting, document_id: int, *, with_content: bool = False) -> Document:
    query = sa.select(Document).where(Document.org_id == acting.org_id, Document.id == document_id)
    if with_content:
        query = query.options(undefer(Document.content))
    return db.session.scalar(query) or abort(404)
