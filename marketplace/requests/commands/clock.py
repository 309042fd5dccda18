"""What the clock does to a request: remind, expire, give back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from marketplace.requests import letters, queries
from marketplace.requests.commands.steps import give_back_place, log, move, sides_of, tell
from marketplace.requests.commands.talking import settle_talk
from marketplace.requests.models import ChemistryMeeting, MentoringRequest, RequestState
from marketplace.requests.states import REMIND_AFTER, STEPS
from tenants.shared.database import db, new_id


def turn_clock(*, org_id: int, request_id: int, now: datetime) -> None:
    """Whatever the clock asks of one request by now: a reminder, the expiry, or giving the place back; each once."""
    asked = _due(org_id, request_id)
    if asked is not None:
        over = asked.due_at is not None and asked.due_at <= now
        if over and asked.state in STEPS["expire_request"].before:
            expire_request(asked=asked, now=now)
        elif over and asked.state in STEPS["lapse_request"].before and _talked(asked):
            settle_talk(org_id=org_id, request_id=request_id, now=now)
        elif over and asked.state in STEPS["lapse_request"].before:
            lapse_request(asked=asked, now=now)
        elif not over and _reminder_due(asked, now):
            remind_mentor(asked=asked, now=now)
    db.session.rollback()


def remind_mentor(*, asked: MentoringRequest, now: datetime) -> None:
    """Half of the mentor's time is over; ``asked`` is held by this transaction."""
    asked.reminded_at = asked.updated_at = now
    letters.write_with_link(asked, kind="request_reminder", link_id=new_id(), now=now)
    db.session.commit()


def expire_request(*, asked: MentoringRequest, now: datetime) -> None:
    """Nobody answered in time; ``asked`` is held by this transaction."""
    mentee, mentor = sides_of(asked)
    move(asked, "expire_request", RequestState.expired, now=now, due=None)
    db.session.flush()
    log("request.expired", asked, mentee=mentee.name, mentor=mentor.name, now=now, actor=(None, ""))
    proposed = queries.was_proposed(asked)
    can_resend = asked.sent_at is not None and asked.resent_from_id is None and not proposed
    path = letters.request_path(mentee.slug, asked.id)
    if proposed and asked.sent_at is None:
        # Nobody but the firms was asked, and neither of the two is told which of them was silent.
        tell("proposal_over", mentee, asked, letters.proposal_over(mentor.name, path), now=now)
    else:
        said = letters.request_expired(mentor.name, path, can_resend, proposed=proposed)
        tell("request_expired", mentee, asked, said, now=now)
    if asked.sent_at is not None:
        path = letters.request_path(mentor.slug, asked.id)
        data = letters.request_expired_mentor(mentee.name, path, asked.cohort_id is not None)
        tell("request_expired_mentor", mentor, asked, data, now=now)
    db.session.commit()


def lapse_request(*, asked: MentoringRequest, now: datetime) -> None:
    """The mentee did not confirm in time: the place is free again; ``asked`` is held by this transaction."""
    mentee, mentor = sides_of(asked)
    move(asked, "lapse_request", RequestState.lapsed, now=now, due=None)
    db.session.flush()
    give_back_place(asked)
    log("request.lapsed", asked, mentee=mentee.name, mentor=mentor.name, now=now, actor=(None, ""))
    for reader, other in ((mentee, mentor), (mentor, mentee)):
        path = letters.request_path(reader.slug, asked.id)
        tell("request_lapsed", reader, asked, letters.request_lapsed(other.name, path), now=now)
    db.session.commit()


def _talked(asked: MentoringRequest) -> bool:
    return db.session.get(ChemistryMeeting, (asked.org_id, asked.id)) is not None


def _due(org_id: int, request_id: int) -> MentoringRequest | None:
    """The request, held until the commit; None while another worker holds it, who then does the work."""
    return db.session.scalar(
        sa.select(MentoringRequest)
        .where(MentoringRequest.org_id == org_id, MentoringRequest.id == request_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _reminder_due(asked: MentoringRequest, now: datetime) -> bool:
    return (
        asked.state in STEPS["remind_mentor"].before
        and asked.reminded_at is None
        and asked.sent_at is not None
        and asked.sent_at + REMIND_AFTER <= now
    )
