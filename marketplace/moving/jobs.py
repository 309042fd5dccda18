"""What happens to requests when somebody leaves, and the word that a newcomer may bring their pages."""

from __future__ import annotations

from marketplace.moving import commands, queries
from tenants.affiliations.models import Affiliation
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import enqueue, tenant_job


@tenant_job("close_request_of_leaver")
def close_request_of_leaver(*, org_id: int, request_id: int, person_id: int) -> None:
    commands.close_request(org_id=org_id, request_id=request_id, leaver_id=person_id, now=clock.now())


@tenant_job("requests_of_leaver", on="affiliation.ended")
def requests_of_leaver(*, org_id: int, affiliation_id: int) -> None:
    """Each open request of the person in a job of the organisation that keeps it."""
    tie = db.session.get(Affiliation, (org_id, affiliation_id))
    if tie is None:
        return
    for keeper, request_id in queries.open_requests_of_leaver(affiliation_id):
        enqueue(close_request_of_leaver, org_id=keeper, request_id=request_id, person_id=tie.person_id)
    db.session.commit()
