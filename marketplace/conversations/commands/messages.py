"""Messages: written and read. That there is one is told by letter."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.conversations import letters, queries
from marketplace.conversations.models import Message, MessageMark, Via
from marketplace.mentorships.policy import require_writing
from marketplace.mentorships.queries import Pair
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.links import spend_link


def send_message(
    *,
    acting: Acting,
    pair: Pair,
    body: str,
    now: datetime,
    sent_as: str = "",
    read_to: int = 0,
    via: Via = Via.page,
    left_out: int = 0,
    link: bytes | None = None,
) -> bool:
    """Keep a message and have the other told. ``sent_as`` names this sending: what arrives twice is kept once (False).

    ``read_to`` is the newest message that was before the writer's eyes. Raises ``Refused`` once the mentorship has ended, or
    when the ``link`` is used up.
    """
    require_writing(pair)
    spend_link(link, now)
    message_id = new_id()
    statement = insert(cast(sa.Table, Message.__table__)).values(
        **pair.mentorship.pair_key,
        id=message_id,
        author_person_id=acting.person_id,
        body=body,
        via=via,
        left_out=left_out,
        sent_as=sha256(f"{acting.person_id} {sent_as}".encode()).digest() if sent_as else None,
        created_at=now,
    )
    kept = cast(
        sa.CursorResult[Any],
        db.session.execute(statement.on_conflict_do_nothing(), execution_options={"preserve_rowcount": True}),
    )
    if kept.rowcount != 1:
        db.session.rollback()
        return False
    _mark(acting, pair, read_to, now)
    one = pair.mentorship
    letters.tell_soon(one, pair.seen.other.id, first=message_id)
    jobs.announce("message.sent", org_id=one.org_id, mentorship_id=one.id)
    db.session.commit()
    return True


def mark_read(*, acting: Acting, pair: Pair, read_to: int, now: datetime) -> None:
    """The reader has seen the messages up to ``read_to``; what came after that page was made stays new."""
    _mark(acting, pair, read_to, now)
    db.session.commit()


def _mark(acting: Acting, pair: Pair, read_to: int, now: datetime) -> None:
    seen = min(read_to, queries.newest_message(acting, pair))
    if not seen:
        return
    statement = insert(cast(sa.Table, MessageMark.__table__)).values(
        **pair.mentorship.pair_key, id=new_id(), person_id=acting.person_id, read_to=seen, read_at=now, told_to=0
    )
    db.session.execute(
        statement.on_conflict_do_update(
            constraint="uq_message_mark_person",
            set_={"read_to": seen, "read_at": now},
            where=MessageMark.__table__.c.read_to < seen,
        )
    )
