"""The mentor answers, and the mentee answers a question."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.requests import letters, policy
from marketplace.requests.commands.steps import (
    allow,
    lock,
    log_step,
    may_begin_pair,
    move,
    put_step,
    tell,
    tell_by_link,
    want_talk,
    way_back_to,
    write,
)
from marketplace.requests.commands.talking import PLAN_WITHIN
from marketplace.requests.models import MessageKind, RequestState
from marketplace.requests.queries import Seen
from marketplace.requests.states import ANSWER_WITHIN, CONFIRM_WITHIN
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.links import spend_link


def ask_for_more(*, acting: Acting, seen: Seen, question: str, now: datetime, link: bytes | None = None) -> None:
    """The mentor would like to know something before they answer. ``link``: the hash of the link they came by."""
    asked = seen.asked
    allow(policy.may_answer(acting, asked))
    lock(acting, asked, "ask_for_more")
    spend_link(link, now)
    move(asked, "ask_for_more", RequestState.more_information, now=now, due=now + ANSWER_WITHIN)
    write(acting, asked, MessageKind.question, question, now=now)
    log_step("request.more_asked", acting, seen, now=now)
    path = letters.request_path(seen.mentee.slug, asked.id)
    data = letters.information_asked(seen.mentor.name, path, asked.due_at)
    tell("information_asked", seen.mentee, asked, data, now=now)
    db.session.commit()


def answer_question(*, acting: Acting, seen: Seen, answer: str, now: datetime) -> None:
    """The mentee answers; the mentor has the full time again."""
    asked = seen.asked
    allow(policy.may_give_information(acting, asked))
    lock(acting, asked, "answer_question")
    move(asked, "answer_question", RequestState.sent, now=now, due=now + ANSWER_WITHIN)
    asked.sent_at, asked.reminded_at = now, None
    write(acting, asked, MessageKind.answer, answer, now=now)
    log_step("request.answered", acting, seen, now=now)
    tell_by_link("information_given", asked)
    db.session.commit()


def accept_request(
    *,
    acting: Acting,
    seen: Seen,
    words: str,
    contact: str,
    now: datetime,
    talk_first: bool = False,
    link: bytes | None = None,
) -> None:
    """The mentor says yes: a place is kept for the mentee for seven days. ``contact`` is shown once both have said yes.

    ``talk_first``: they would like a chemistry meeting before the mentee confirms; the place is kept while a time is found.

    Raises ``Refused`` when the mentor's last place went to somebody else meanwhile.
    """
    asked = seen.asked
    allow(policy.may_answer(acting, asked))
    lock(acting, asked, "accept_request")
    spend_link(link, now)
    if not may_begin_pair(asked) or not db.session.scalar(sa.select(sa.func.claim_place(asked.org_id, asked.id))):
        if asked.cohort_id is not None:
            raise Refused(
                _(
                    "Your places in this cohort are taken by now, or one of you is no longer in it. Tell %(name)s that you "
                    "have no room, or ask whoever runs the programme for another place.",
                    name=seen.mentee.first_name,
                ),
                way_back=way_back_to(acting, asked),
            )
        raise Refused(
            _(
                "All your places are taken by now. Raise the number of people you accompany on your mentor page, or "
                "tell %(name)s that you have no room.",
                name=seen.mentee.first_name,
            ),
            way_back=way_back_to(acting, asked),
        )
    # ``claim_place`` has written it: no need to ask.
    set_committed_value(asked, "holds_place", True)
    due = now + (PLAN_WITHIN if talk_first else CONFIRM_WITHIN)
    move(asked, "accept_request", RequestState.accepted, now=now, due=due)
    asked.accepted_at = now
    written = {MessageKind.acceptance: words, MessageKind.contact: contact}
    put_step(acting, asked, {kind: body for kind, body in written.items() if body}, now=now)
    log_step("request.accepted", acting, seen, now=now)
    if talk_first:
        want_talk(asked, now)
    else:
        tell_by_link("request_accepted", asked)
    db.session.commit()


def decline_request(
    *, acting: Acting, seen: Seen, reason: str, words: str, now: datetime, link: bytes | None = None
) -> None:
    """The mentor says no, with a reason of the list that the mentee reads."""
    asked = seen.asked
    allow(policy.may_answer(acting, asked))
    lock(acting, asked, "decline_request")
    spend_link(link, now)
    move(asked, "decline_request", RequestState.declined, now=now, due=None)
    write(acting, asked, MessageKind.decline, words, now=now, reason=reason)
    log_step("request.declined", acting, seen, now=now)
    path = letters.request_path(seen.mentee.slug, asked.id)
    tell("request_declined", seen.mentee, asked, letters.request_declined(seen.mentor.name, path, asked.form), now=now)
    db.session.commit()
