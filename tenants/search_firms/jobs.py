"""What the worker tells the other side of an admission."""

from __future__ import annotations

import sqlalchemy as sa

from tenants.organisations.models import Organisation
from tenants.search_firms.models import SearchFirmAdmission
from tenants.shared import clock, jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.letters import queue_letter


@jobs.tenant_job("tell_search_firm")
def tell_search_firm(*, org_id: int, network_id: int, admission_id: int, news: str) -> None:
    """One letter and notice to each who looks after the firm, and a line in its log. ``news``: ``given`` or ``ended``."""
    firm, network = db.session.get_one(Organisation, org_id), db.session.get_one(Organisation, network_id)
    admission = db.session.get_one(SearchFirmAdmission, (network_id, admission_id))
    path = f"/{firm.slug}/search-firms/{admission_id}"
    data = {"network_name": network.name, "until_on": admission.until_on.isoformat(), "url": path}
    kind = "admission_given" if news == "given" else "admission_ended"
    for person_id in db.session.scalars(sa.select(sa.func.coordinators_of(org_id))):
        queue_letter(kind, org_id=org_id, person_id=person_id, now=clock.now(), data=data, path=path)
    _record(f"admission.{news}", org_id, admission_id, network.name, firm.slug)
    db.session.commit()


@jobs.tenant_job("tell_network_of_acceptance")
def tell_network(*, org_id: int, admission_id: int) -> None:
    """A line in the network's log: whom it admitted has accepted its rules."""
    admission = db.session.get_one(SearchFirmAdmission, (org_id, admission_id))
    firm = db.session.get_one(Organisation, admission.search_firm_id)
    _record("admission.accepted", org_id, admission_id, firm.name, firm.slug)
    db.session.commit()


def _record(verb: str, org_id: int, admission_id: int, by: str, slug: str) -> None:
    record(
        verb,
        org_ids=[org_id],
        now=clock.now(),
        subject=("search_firm_admission", admission_id),
        actor=(None, by),
        data={"slug": slug},
    )
