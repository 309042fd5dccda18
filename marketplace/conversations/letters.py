"""That somebody has written, or added a note or a file: told by letter, never what it says or what it is called.

The letter's link opens the page, and where mail comes in, an answer to the letter is a message.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import insert

from marketplace.conversations.models import MessageMark
from marketplace.mentorships import queries
from marketplace.mentorships.models import Mentorship, MentorshipState
from tenants.shared import clock
from tenants.shared.database import db, new_id
from tenants.shared.jobs import enqueue, tenant_job
from tenants.shared.letters import queue_letter
from tenants.shared.links import make_link

OPEN_CONVERSATION = "open_conversation"
REPLY_BY_MAIL = "reply_by_mail"
TELL_EVERY = timedelta(minutes=10)
LINK_FOR = timedelta(days=14)
REPLY_FOR = timedelta(days=60)


@tenant_job("tell_of_messages")
def tell_of_messages(*, org_id: int, mentorship_id: int, person_id: int, first: int = 0) -> None:
    tell(org_id=org_id, mentorship_id=mentorship_id, person_id=person_id, first=first, now=clock.now())


def tell_soon(one: Mentorship, person_id: int, *, first: int) -> None:
    """Have the worker tell this person of what has the id ``first``, and of what follows until it does."""
    told_at = db.session.scalar(
        sa.select(MessageMark.told_at).where(
            MessageMark.org_id == one.org_id,
            MessageMark.mentorship_id == one.id,
            MessageMark.person_id == person_id,
        )
    )
    tell_later(one, person_id, first=first, not_before=told_at + TELL_EVERY if told_at else None)


def tell_later(one: Mentorship, person_id: int, *, first: int, not_before: datetime | None) -> None:
    """The same at a moment; while that waits to be done, once is enough."""
    enqueue(
        tell_of_messages,
        org_id=one.org_id,
        mentorship_id=one.id,
        person_id=person_id,
        first=first,
        once=f"tell_of_messages {one.id} {person_id}",
        not_before=not_before,
    )


def tell(*, org_id: int, mentorship_id: int, person_id: int, now: datetime, first: int = 0) -> bool:
    """One letter about everything new since the last one and unread; False when there is nothing to tell, or not yet.

    Of notes and files, nothing before ``first``: who has read one is not kept. Ids grow with time, in all three tables.
    Two workers take turns at the mark; the second finds everything told.
    """
    one = db.session.get(Mentorship, (org_id, mentorship_id))
    if one is None or one.state is MentorshipState.ended:
        return False
    blank = insert(cast(sa.Table, MessageMark.__table__)).values(
        **one.pair_key, id=new_id(), person_id=person_id, read_to=0, told_to=0
    )
    db.session.execute(blank.on_conflict_do_nothing())
    mark = db.session.scalars(
        sa.select(MessageMark)
        .where(
            MessageMark.org_id == org_id,
            MessageMark.mentorship_id == mentorship_id,
            MessageMark.person_id == person_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    news = news_since(one, person_id, messages=max(mark.read_to, mark.told_to), things=max(mark.told_to, first - 1))
    if news.latest is None:
        db.session.rollback()
        return False
    if mark.told_at and now < mark.told_at + TELL_EVERY:
        tell_later(one, person_id, first=first, not_before=mark.told_at + TELL_EVERY)
        db.session.commit()
        return False
    mark.told_to, mark.told_at = max(mark.told_to, news.latest), now
    write(one, person_id, news, now=now)
    db.session.commit()
    return True


@dataclass(frozen=True, slots=True)
class News:
    """How much there is; ``latest`` is the id of the newest, None where there is nothing."""

    messages: int
    notes: int
    files: int
    latest: int | None


def news_since(one: Mentorship, person_id: int, *, messages: int, things: int) -> News:
    """What the other one wrote after the message, and added after the note or file, with these ids."""
    columns = (
        *(sa.column(name, sa.Integer) for name in ("messages", "notes", "files")),
        sa.column("latest", sa.BigInteger),
    )
    found = sa.func.news_since(one.id, person_id, messages, things).table_valued(*columns)
    return News(*db.session.execute(sa.select(found)).one())


def reply_address(token: str) -> str | None:
    """Where an answer by mail goes; None where this house takes no mail in."""
    domain = current_app.config["INBOUND_MAIL_DOMAIN"]
    return f"reply+{token}@{domain}" if domain else None


def write(one: Mentorship, person_id: int, news: News, *, now: datetime) -> None:
    """The letter, its link and its notice, in the worker's transaction. Between employers, it leads past the workspaces.

    Notes and files alone are a kind of their own, which one can do without.
    """
    is_mentee = person_id == one.mentee_person_id
    employer = one.mentee_employer_id if is_mentee else one.mentor_employer_id
    others = one.mentor_employer_id if is_mentee else one.mentee_employer_id
    other_id = one.mentor_person_id if is_mentee else one.mentee_person_id
    persons, firms = queries.people([other_id], [employer] if employer else [])
    data: dict[str, str | int] = {
        "other_name": persons[other_id].name,
        "count": news.messages,
        "notes": news.notes,
        "files": news.files,
    }
    kind = "message_received" if news.messages else "pair_added"
    if employer is None:
        data["url"] = f"/workspaces/mentorships/{one.id}"
        queue_letter(kind, org_id=others or one.org_id, person_id=person_id, now=now, data=data)
        return
    path = f"/{firms[employer].slug}/mentorships/{one.id}"
    if not news.messages:
        data["url"] = f"{path}#{'files' if news.files else 'notes'}"
        queue_letter(kind, org_id=employer, person_id=person_id, now=now, data=data, path=path)
        return
    about = {"org_id": employer, "person_id": person_id, "subject": (one.org_id, one.id)}
    link = make_link(new_id(), purpose=OPEN_CONVERSATION, expires_at=now + LINK_FOR, **about)  # type: ignore[arg-type]
    data["url"] = f"/links/{link}"
    # In small letters and figures: mail servers may change the case of an address.
    token = base64.b32encode(secrets.token_bytes(20)).decode().lower()
    address = reply_address(token)
    if address:
        make_link(new_id(), purpose=REPLY_BY_MAIL, expires_at=now + REPLY_FOR, token=token, **about)  # type: ignore[arg-type]
        data["reply_to"] = address
    queue_letter(
        "message_received",
        org_id=employer,
        person_id=person_id,
        now=now,
        data=data,
        path=path,
    )
