"""The jobs of endings: what a step sets off, and the clock that looks at the last days."""

from __future__ import annotations

from marketplace.closing import queries, steps
from marketplace.closing.models import MentorshipClosure
from marketplace.mentorships.by_link import write_by_link
from marketplace.mentorships.models import Mentorship
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job


@tenant_job("tell_of_closing", on="closing.proposed")
def tell_of_closing(*, org_id: int, closure_id: int) -> None:
    """The other one is asked whether they agree; taken back meanwhile, they are not."""
    closure = db.session.get(MentorshipClosure, (org_id, closure_id))
    if closure is None or closure.settled_at is not None or closure.agreed_at is not None:
        return
    one, now = db.session.get_one(Mentorship, (org_id, closure.mentorship_id)), clock.now()
    mentee_asks = closure.proposed_by_person_id == one.mentee_person_id
    write_by_link(
        "closing_proposed",
        one,
        reader=one.mentor_person_id if mentee_asks else one.mentee_person_id,
        purpose=steps.CLOSE_MENTORSHIP,
        occasion=closure_id,
        expires_at=now + steps.LOOK_BACK_WITHIN,
        now=now,
    )
    db.session.commit()


@tenant_job("close_agreed", on="closing.agreed")
def close_agreed(*, org_id: int, mentorship_id: int) -> None:
    steps.close_agreed(org_id=org_id, mentorship_id=mentorship_id, now=clock.now())


@tenant_job("after_end", on="mentorship.ended")
def after_end(*, org_id: int, mentorship_id: int) -> None:
    steps.after_end(org_id=org_id, mentorship_id=mentorship_id, now=clock.now())


@tenant_job("tell_of_thanks", on="thanks.written")
def tell_of_thanks(*, org_id: int, mentorship_id: int, reader_id: int) -> None:
    """That there is a word of thanks, not what it says."""
    one, now = db.session.get_one(Mentorship, (org_id, mentorship_id)), clock.now()
    write_by_link(
        "thanks_written",
        one,
        reader=reader_id,
        purpose=steps.LOOK_BACK,
        occasion=f"thanks {now.date()}",
        expires_at=now + steps.LOOK_BACK_WITHIN,
        now=now,
    )
    db.session.commit()


@tenant_job("issue_certificate", on="look_back.written")
def issue_certificate(*, org_id: int, mentorship_id: int) -> None:
    steps.issue_certificate(org_id=org_id, mentorship_id=mentorship_id, now=clock.now())


@tenant_job("shift_closings", on="mentorship.resumed")
def shift_closings(*, org_id: int, mentorship_id: int, days: int) -> None:
    """No clock runs during a pause: what was about to close has as many days left as before it."""
    steps.shift_closings(org_id=org_id, mentorship_id=mentorship_id, days=days)


@tenant_job("look_at_last_days_of_organisation")
def look_at_last_days_of_organisation(*, org_id: int) -> None:
    now = clock.now()
    for mentorship_id in queries.mentorships_to_ask(org_id, now):
        steps.ask_about_end(org_id=org_id, mentorship_id=mentorship_id, now=now)
    for closure_id, mentorship_id in queries.closings_over(org_id, now):
        steps.settle_closing(org_id=org_id, closure_id=closure_id, mentorship_id=mentorship_id, now=now)


@clock_job("look_at_last_days", "17 * * * *")
def look_at_last_days() -> None:
    for org_id in queries.organisations_with_closings(clock.now()):
        enqueue(look_at_last_days_of_organisation, org_id=org_id, once=f"look_at_last_days_of_organisation {org_id}")
