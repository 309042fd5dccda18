"""The paper that both sides keep of an accepted agreement: PDF/UA, made once by the worker."""

from __future__ import annotations

import hashlib
from typing import cast

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from sqlalchemy.dialects.postgresql import insert

from tenants.agreements.models import Agreement, AgreementAcceptance, Document
from tenants.organisations.models import Organisation
from tenants.shared import clock, jobs
from tenants.shared.database import db, new_id
from tenants.shared.letters import queue_letter
from tenants.shared.papers import paper_pdf
from tenants.shared.prose import prose_html


@jobs.tenant_job("keep_agreement_document")
def keep_document(*, org_id: int, network_id: int, number: int) -> None:
    """Write the paper for the firm (``org_id``) and for the network, the same bytes; done before: nothing happens."""
    acceptance = db.session.get(AgreementAcceptance, (org_id, network_id, number))
    agreement = db.session.get(Agreement, (network_id, number))
    if acceptance is None or agreement is None or _kept(org_id, network_id, number):
        return
    firm, network = db.session.get_one(Organisation, org_id), db.session.get_one(Organisation, network_id)
    content, title = agreement_pdf(agreement, acceptance, firm=firm.name, network=network.name)
    now, fingerprint = clock.now(), hashlib.sha256(content).hexdigest()
    rows = [
        {
            "org_id": owner,
            "id": new_id(),
            "other_org_id": other,
            "number": number,
            "title": title,
            "locale": acceptance.locale,
            "content": content,
            "sha256": fingerprint,
            "created_at": now,
        }
        for owner, other in ((org_id, network_id), (network_id, org_id))
    ]
    db.session.execute(insert(cast(sa.Table, Document.__table__)).on_conflict_do_nothing(), rows)
    db.session.commit()


@jobs.tenant_job("tell_of_new_version")
def tell_of_new_version(*, org_id: int, network_id: int, holds_on: str | None) -> None:
    """One letter and notice to each who looks after a firm that accepted an earlier version."""
    firm, network = db.session.get_one(Organisation, org_id), db.session.get_one(Organisation, network_id)
    path = f"/{firm.slug}/agreements/{network_id}"
    data = {"network_name": network.name, "holds_on": holds_on, "url": path}
    for person_id in db.session.scalars(sa.select(sa.func.coordinators_of(org_id))):
        queue_letter("agreement_renewed", org_id=org_id, person_id=person_id, now=clock.now(), data=data, path=path)
    db.session.commit()


def _kept(org_id: int, network_id: int, number: int) -> bool:
    query = sa.select(Document.id).where(
        Document.org_id == org_id, Document.other_org_id == network_id, Document.number == number
    )
    return db.session.scalar(query) is not None


def agreement_pdf(
    agreement: Agreement, acceptance: AgreementAcceptance, *, firm: str, network: str
) -> tuple[bytes, str]:
    """(PDF, title) in the language it was accepted in, tagged as PDF/UA-1 (ISO 14289-1) wants it.

    Fonts and style come from our own static folder; nothing else is loaded, whatever the text says.
    """
    with force_locale(acceptance.locale):
        title = gettext("Participation agreement: %(firm)s and %(network)s", firm=firm, network=network)
        content = paper_pdf(
            "agreements/document.html",
            title=title,
            words=prose_html(agreement.text(acceptance.locale), below=1),
            agreement=agreement,
            acceptance=acceptance,
            firm=firm,
            network=network,
        )
    return content, title
