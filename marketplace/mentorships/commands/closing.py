"""The worker's steps around a mentorship's length and end: it takes up what both agreed on, and it ends."""

from __future__ import annotations

from datetime import datetime

from marketplace.charters.models import MentoringAgreement
from marketplace.mentorships.commands.turns import go_on, lock, log
from marketplace.mentorships.models import Answer, MentorshipState
from tenants.shared.database import db


def set_term(*, org_id: int, mentorship_id: int, agreement_id: int, now: datetime) -> None:
    """Take up the last day and the cadence of an agreement that both signed, unless a later one is in force by now."""
    one = lock(org_id, mentorship_id)
    agreement = db.session.get(MentoringAgreement, (org_id, agreement_id), populate_existing=True)
    if one is None or agreement is None or agreement.in_force_at is None or agreement.replaced_at is not None:
        db.session.rollback()
        return
    if one.state is not MentorshipState.ended:
        one.ends_on, one.cadence = agreement.ends_on, agreement.cadence
        db.session.flush()
        log("mentorship.agreement_signed", one, now)
    db.session.commit()


def end_mentorship(*, org_id: int, mentorship_id: int, now: datetime) -> bool:
    """End it, free the place and tell both; False when it has ended already. Nobody is told who wished it."""
    one = lock(org_id, mentorship_id)
    if one is None or one.state is MentorshipState.ended:
        db.session.rollback()
        return False
    go_on(one, Answer.end, now)
    db.session.commit()
    return True
