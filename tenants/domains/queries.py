"""The viewer's own e-mail domains."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import abort

from tenants.affiliations.models import Affiliation
from tenants.current import Acting
from tenants.domains.models import Domain
from tenants.domains.names import domain_name
from tenants.shared.database import db


def domains(acting: Acting) -> Sequence[Domain]:
    return db.session.scalars(sa.select(Domain).where(Domain.org_id == acting.org_id).order_by(Domain.name)).all()


def domain_or_404(acting: Acting, domain_id: int) -> Domain:
    return db.session.get(Domain, (acting.org_id, domain_id)) or abort(404)


def work_email(acting: Acting) -> str:
    """The viewer's own address in this organisation, as they were invited."""
    query = sa.select(Affiliation.work_email).where(
        Affiliation.org_id == acting.org_id, Affiliation.id == acting.affiliation_id
    )
    return db.session.scalar(query) or ""


def outside_of_domains(acting: Acting, email: str) -> bool:
    """Whether the firm has proved domains and ``email`` is at none of them: worth pointing out, never a reason to refuse."""
    proved = {domain.name for domain in domains(acting) if domain.verified_at}
    return bool(proved) and domain_name(email) not in proved
