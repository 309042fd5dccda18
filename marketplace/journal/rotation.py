"""For those who run the product: wrap every person's key anew, and say whether journals can be opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.journal import sealing
from marketplace.journal.models import JournalKey

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many keys were wrapped anew, were under the newest key already, and could not be opened."""

    anew: int
    already: int
    shut: int


def rotate(session: Session | Any, ring: sealing.Ring, now: datetime) -> Rotated:
    """Wrap every person's key under the newest of the ring, in batches of their own transactions. The entries stay as they are.

    Afterwards the older keys of the ring open nothing and may go, unless some could not be opened. Raises ``KeyAway`` when the
    ring is empty.
    """
    newest = sealing.mark_of(ring.newest)
    already = session.scalar(sa.select(sa.func.count()).where(JournalKey.wrapped_with == newest)) or 0
    anew = shut = 0
    after = -1
    while True:
        rows = session.scalars(
            sa.select(JournalKey)
            .where(JournalKey.wrapped_with != newest, JournalKey.person_id > after)
            .order_by(JournalKey.person_id)
            .limit(BATCH)
            .with_for_update()
        ).all()
        if not rows:
            session.commit()
            return Rotated(anew, already, shut)
        for row in rows:
            after = row.person_id
            try:
                key = sealing.unwrap(row.wrapped, row.person_id, wrapping=ring.marked(row.wrapped_with))
            except sealing.KeyAway:
                shut += 1
                continue
            row.wrapped = sealing.wrap(key, row.person_id, wrapping=ring.newest)
            row.wrapped_with, row.wrapped_at = newest, now
            anew += 1
        session.commit()


def alarm(session: Session | Any, ring: sealing.Ring) -> str:
    """What keeps journals from being opened, as a sentence; nothing when all can be."""
    used = session.execute(sa.select(JournalKey.wrapped_with, sa.func.count()).group_by(JournalKey.wrapped_with)).all()
    marks = {sealing.mark_of(key) for key in ring.keys}
    shut = sum(number for mark, number in used if mark not in marks)
    if shut:
        why = ring.fault or "JOURNAL_KEYS lacks the key that they were wrapped with"
        return (
            f"Journals of {shut} people cannot be opened: {why}. Put the key back; until then nothing else is affected."
        )
    if not ring.keys:
        return f"Nobody can begin a journal: {ring.fault}. Make a key with: openssl rand -base64 32"
    return ""
