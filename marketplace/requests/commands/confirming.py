"""The mentee confirms, or takes the request back."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from marketplace.mentorships.models import Mentorship
from marketplace.requests import letters, policy
from marketplace.requests.commands.steps import (
    allow,
    begin_mentorship,
    give_back_place,
    has_other_pair,
    lock,
    log_step,
    may_begin_pair,
    move,
    tell,
    way_back_to,
    write,
)
from marketplace.requests.models import ChemistryMeeting, MessageKind, RequestState
from marketplace.requests.queries import Seen
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.links import spend_link


def confirm_request(
    *, acting: Acting, seen: Seen, contact: str, now: datetime, link: bytes | None = None
) -> Mentorship:
    """The mentee confirms: the mentorship exists, and its place is used. ``contact`` is shown to the mentor.

    Both get a letter whose link arranges the first meeting; the worker writes it (``mentorship.confirmed``).
    """
    asked = seen.asked
    allow(policy.may_confirm(acting, asked))
    lock(acting, asked, "confirm_request")
    if db.session.get(ChemistryMeeting, (asked.org_id, asked.id)):
        raise Refused(
            _("You two talk first. After it, both of you are asked in private whether you go on."),
            way_back=way_back_to(acting, asked),
        )
    if has_other_pair(asked):
        raise Refused(
            _(
                "You have your pair in this cohort. Withdraw this request, so that %(name)s is free for somebody else.",
                name=seen.mentor.first_name,
            ),
            way_back=way_back_to(acting, asked),
        )
    if not may_begin_pair(asked):
        raise Refused(
            _(
                "You two cannot be paired in this cohort now. Withdraw this request, so that %(name)s is free for somebody else.",
                name=seen.mentor.first_name,
            ),
            way_back=way_back_to(acting, asked),
        )
    spend_link(link, now)
    move(asked, "confirm_request", RequestState.confirmed, now=now, due=None)
    asked.closed_at = now
    mentorship = begin_mentorship(asked, now)
    write(acting, asked, MessageKind.contact, contact, now=now)
    log_step("mentorship.confirmed", acting, seen, now=now)
    jobs.announce("mentorship.confirmed", org_id=asked.org_id, mentorship_id=mentorship.id)
    db.session.commit()
    return mentorship


def withdraw_request(*, acting: Acting, seen: Seen, words: str, now: datetime) -> None:
    """The mentee takes the request back. A mentor whom it reached is told; a place that was kept is free again."""
    asked = seen.asked
    allow(policy.may_withdraw(acting, asked))
    lock(acting, asked, "withdraw_request")
    move(asked, "withdraw_request", RequestState.withdrawn, now=now, due=None)
    db.session.flush()
    give_back_place(asked)
    log_step("request.withdrawn", acting, seen, now=now)
    if asked.sent_at is not None:
        write(acting, asked, MessageKind.withdrawal, words, now=now)
        path = letters.request_path(seen.mentor.slug, asked.id)
        tell("request_withdrawn", seen.mentor, asked, letters.request_withdrawn(seen.mentee.name, path), now=now)
    db.session.commit()
