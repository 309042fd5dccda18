"""A later last day, once both agree to it."""

from __future__ import annotations

from datetime import datetime

from marketplace.mentorships.commands.turns import lock, log
from marketplace.mentorships.models import MentorshipState
from marketplace.rhythm.letters import both, day_at, write_to
from marketplace.rhythm.models import Extension, ExtensionState
from tenants.shared.database import db


def settle_extension(*, org_id: int, extension_id: int, now: datetime) -> None:
    """Worker's step after an answer: the new last day, and a letter to both; or a letter to whoever proposed.

    A day that was moved further meanwhile stays.
    """
    proposed = db.session.get(Extension, (org_id, extension_id))
    one = lock(org_id, proposed.mentorship_id) if proposed else None
    if proposed is None or one is None or one.state is MentorshipState.ended:
        db.session.rollback()
        return
    if proposed.state is ExtensionState.declined:
        write_to((proposed.proposed_by_id,), "extension_declined", one, now=now, page="/extension")
    elif proposed.state is ExtensionState.agreed and (one.ends_on is None or one.ends_on < proposed.ends_on):
        one.ends_on = proposed.ends_on
        db.session.flush()
        log("mentorship.extended", one, now)
        write_to(both(one), "extension_agreed", one, now=now, data={"ends_at": day_at(proposed.ends_on)})
    db.session.commit()
