"""What the log of a network learns of a dossier: that it was published or withdrawn, and by whom."""

from __future__ import annotations

from datetime import datetime

from tenants.accounts.models import Person
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db


@jobs.tenant_job("log_dossier")
def log_dossier(*, org_id: int, person_id: int, dossier_id: int, verb: str, at: str) -> None:
    """By the worker: whoever publishes acts in their employer's workspace, whose log does not say that they look for a seat."""
    person = db.session.get(Person, person_id)
    record(
        verb,
        org_ids=[org_id],
        now=datetime.fromisoformat(at),
        subject=("dossier", dossier_id),
        actor=(person_id, person.name if person else ""),
    )
    db.session.commit()
