"""The mentee's employer says yes or no."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import url_for

from marketplace.requests import letters, policy
from marketplace.requests.commands.steps import allow, lock, log_step, move, tell, tell_by_link
from marketplace.requests.models import EmployerApproval, MentoringRequest, RequestState
from marketplace.requests.queries import Seen
from marketplace.requests.states import ANSWER_WITHIN
from tenants.current import Acting
from tenants.shared.database import db


def approve_request(*, acting: Acting, seen: Seen, now: datetime) -> None:
    """The employer says yes: the request goes to the mentor."""
    asked = seen.asked
    allow(policy.may_approve(acting, asked))
    lock(acting, asked, "approve_request", way_back=url_for("requests.approvals", organisation=acting.slug))
    _employers_answer(acting, asked, True, "", now)
    move(asked, "approve_request", RequestState.sent, now=now, due=now + ANSWER_WITHIN)
    asked.sent_at = now
    db.session.flush()
    log_step("request.approved", acting, seen, now=now)
    path = letters.request_path(seen.mentee.slug, asked.id)
    tell("employer_approved", seen.mentee, asked, letters.employer_answered(seen.mentor.name, path), now=now)
    tell_by_link("request_received", asked)
    db.session.commit()


def refuse_request(*, acting: Acting, seen: Seen, reason: str, now: datetime) -> None:
    """The employer says no. ``reason`` is for the mentee; the mentor never learns of the request."""
    asked = seen.asked
    allow(policy.may_approve(acting, asked))
    lock(acting, asked, "refuse_request", way_back=url_for("requests.approvals", organisation=acting.slug))
    _employers_answer(acting, asked, False, reason, now)
    move(asked, "refuse_request", RequestState.refused_by_employer, now=now, due=None)
    db.session.flush()
    log_step("request.refused_by_employer", acting, seen, now=now)
    path = letters.request_path(seen.mentee.slug, asked.id)
    tell("employer_refused", seen.mentee, asked, letters.employer_answered(seen.mentor.name, path), now=now)
    db.session.commit()


def _employers_answer(acting: Acting, asked: MentoringRequest, approved: bool, reason: str, now: datetime) -> None:
    db.session.execute(
        sa.insert(EmployerApproval).values(
            org_id=asked.org_id,
            request_id=asked.id,
            approved=approved,
            reason=reason,
            decided_by_id=acting.person_id,
            decided_at=now,
        )
    )
