"""The clock: every five minutes, whatever has come due. A worker that was down finds all of it when it is back."""

from __future__ import annotations

from marketplace.requests import commands, queries
from marketplace.requests.states import REMIND_AFTER
from tenants.shared import clock
from tenants.shared.jobs import clock_job, enqueue, tenant_job


@tenant_job("turn_clock_of_organisation")
def turn_clock_of_organisation(*, org_id: int) -> None:
    """Remind, expire, give back: each request of one organisation in its own transaction."""
    now = clock.now()
    for request_id in queries.due_requests(org_id, now, now - REMIND_AFTER):
        commands.turn_clock(org_id=org_id, request_id=request_id, now=now)


@tenant_job("settle_talk", on="talk.answered")
def settle_talk(*, org_id: int, request_id: int) -> None:
    commands.settle_talk(org_id=org_id, request_id=request_id, now=clock.now())


@clock_job("turn_clock_of_requests", "*/5 * * * *")
def turn_clock_of_requests() -> None:
    """One job for each organisation where something is due, unless one already waits."""
    now = clock.now()
    for org_id in queries.organisations_with_due_requests(now, now - REMIND_AFTER):
        enqueue(turn_clock_of_organisation, org_id=org_id, once=f"turn_clock_of_organisation {org_id}")
