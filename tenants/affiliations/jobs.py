"""The clock: an end that was planned takes effect on its day. A worker that was down finds it when it is back."""

from __future__ import annotations

from tenants.affiliations import commands, queries
from tenants.shared import clock
from tenants.shared.jobs import clock_job, enqueue, tenant_job


@tenant_job("close_leavers_of_organisation")
def close_leavers_of_organisation(*, org_id: int) -> None:
    commands.close_leavers(org_id=org_id, now=clock.now())


@clock_job("close_leavers", "*/5 * * * *")
def close_leavers() -> None:
    """One job for each organisation that somebody has left by now, unless one already waits."""
    for org_id in queries.organisations_with_leavers(clock.today()):
        enqueue(close_leavers_of_organisation, org_id=org_id, once=f"close_leavers_of_organisation {org_id}")
