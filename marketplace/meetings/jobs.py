"""The clock: every five minutes, reminders and questions that have come due. What was planned falls with its pair."""

from __future__ import annotations

from marketplace.meetings import commands, queries
from marketplace.meetings.commands.planning import REMIND_BEFORE
from tenants.shared import clock
from tenants.shared.jobs import clock_job, enqueue, tenant_job


@tenant_job("turn_meetings_of_organisation")
def turn_meetings_of_organisation(*, org_id: int) -> None:
    """Each meeting of one organisation in its own transaction."""
    now = clock.now()
    for meeting_id in queries.due_meetings(org_id, now, now + REMIND_BEFORE):
        commands.turn_clock(org_id=org_id, meeting_id=meeting_id, now=now)


@clock_job("turn_clock_of_meetings", "*/5 * * * *")
def turn_clock_of_meetings() -> None:
    """One job for each organisation where something is due, unless one already waits."""
    now = clock.now()
    for org_id in queries.organisations_with_due_meetings(now, now + REMIND_BEFORE):
        enqueue(turn_meetings_of_organisation, org_id=org_id, once=f"turn_meetings_of_organisation {org_id}")


@tenant_job("cancel_meetings_of_pair", on="mentorship.ended")
def cancel_meetings_of_pair(*, org_id: int, mentorship_id: int) -> None:
    now = clock.now()
    for meeting_id in queries.ahead_of(org_id, mentorship_id, now):
        commands.cancel_ahead(org_id=org_id, meeting_id=meeting_id, now=now)


@tenant_job("cancel_talk_of_request", on="request.over")
def cancel_talk_of_request(*, org_id: int, request_id: int) -> None:
    now = clock.now()
    for meeting_id in queries.talks_ahead_of(org_id, request_id, now):
        commands.cancel_ahead(org_id=org_id, meeting_id=meeting_id, now=now)
