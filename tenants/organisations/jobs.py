"""What the worker tells a firm on its network's behalf."""

from __future__ import annotations

import sqlalchemy as sa

from tenants.organisations.models import Organisation
from tenants.shared import clock, jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.letters import queue_letter

PATHS = {
    "agreement": "agreements/{network_id}",
    "people": "welcome/people",
    "conflicts": "welcome/conflicts",
    "mentors": "people/",
    "request": "people/",
}
"""Where each step of the way in is done, in the firm's workspace."""


@jobs.tenant_job("tell_firm_of_next_step")
def tell_firm_of_next_step(*, org_id: int, network_id: int, step: str) -> None:
    """One letter and notice to each person who looks after the firm."""
    now = clock.now()
    firm, network = db.session.get_one(Organisation, org_id), db.session.get_one(Organisation, network_id)
    path = f"/{firm.slug}/{PATHS[step].format(network_id=network_id)}"
    data = {"network_name": network.name, "step": step, "url": path}
    for person_id in db.session.scalars(sa.select(sa.func.coordinators_of(org_id))):
        queue_letter("firm_nudged", org_id=org_id, person_id=person_id, now=now, data=data, path=path)
    record(
        "firm.reminded",
        org_ids=[org_id],
        now=now,
        subject=("organisation", org_id),
        actor=(None, network.name),
        data={"step": step},
    )
    db.session.commit()
