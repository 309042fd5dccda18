"""Steps that every change of a mentorship is made of: lock it, let it go on, pause or end, write it in the logs."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from marketplace.mentorships.letters import tell_both
from marketplace.mentorships.models import Answer, Mentorship, MentorshipState
from marketplace.requests.letters import tell_queue
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db


def lock(org_id: int, mentorship_id: int) -> Mentorship | None:
    """The mentorship as it is now; nobody else changes it before the commit."""
    return db.session.scalar(
        sa.select(Mentorship)
        .where(Mentorship.org_id == org_id, Mentorship.id == mentorship_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def log(verb: str, one: Mentorship, now: datetime) -> None:
    """In the logs of those who employ the two now; a former employer reads nothing of it."""
    org_ids = {org_id for org_id in (one.mentee_employer_id, one.mentor_employer_id) if org_id}
    if org_ids:
        record(verb, org_ids=org_ids, now=now, subject=("mentorship", one.id))


def go_on(one: Mentorship, outcome: Answer, now: datetime) -> None:
    """Let a locked mentorship continue, pause or end, and tell both; the caller commits."""
    if outcome is Answer.end:
        one.state, one.ended_at, one.paused_at = MentorshipState.ended, now, None
        db.session.flush()
        db.session.execute(sa.select(sa.func.free_place(one.id)))
        jobs.enqueue(tell_queue, org_id=one.mentor_org_id, mentor_id=one.mentor_id)
        verb, letter = "mentorship.ended", "mentorship_ended"
    elif outcome is Answer.go_on and one.mentee_employer_id and one.mentor_employer_id:
        one.state, one.paused_at = MentorshipState.running, None
        verb, letter = "mentorship.continued", "mentorship_continues"
    else:
        one.state, one.paused_at = MentorshipState.paused, one.paused_at or now
        waits = outcome is Answer.go_on
        verb, letter = "mentorship.paused", "mentorship_waits" if waits else "mentorship_paused"
    db.session.flush()
    log(verb, one, now)
    tell_both(letter, one, now=now)
    jobs.announce(verb, org_id=one.org_id, mentorship_id=one.id)
