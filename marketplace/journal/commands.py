"""Write, change, delete and take back an entry. Nothing is recorded of it anywhere else."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.journal import sealing
from marketplace.journal.models import JournalEntry, JournalKey
from marketplace.journal.queries import key_of
from marketplace.mentorships.queries import Pair
from tenants.current import Acting
from tenants.shared.database import db, new_id


def key_for(person_id: int, now: datetime) -> bytes:
    """The key to a person's journal, made when they first write. Raises ``sealing.KeyAway``."""
    if key := key_of(person_id):
        return key
    wrapping, key = sealing.ring().newest, sealing.new_key()
    values = {
        "person_id": person_id,
        "wrapped": sealing.wrap(key, person_id, wrapping=wrapping),
        "wrapped_with": sealing.mark_of(wrapping),
        "created_at": now,
        "wrapped_at": now,
    }
    # Two windows that write the first entry at once agree on the key of the first.
    db.session.execute(insert(cast(sa.Table, JournalKey.__table__)).values(values).on_conflict_do_nothing())
    return key_of(person_id) or key


def write_entry(*, acting: Acting, pair: Pair | None, day: date, words: dict[str, str], now: datetime) -> JournalEntry:
    """A new entry, about ``pair`` or about nobody. Raises ``sealing.KeyAway``: then nothing was written."""
    key = key_for(acting.person_id, now)
    org_id = pair.mentorship.org_id if pair else acting.org_id
    entry = JournalEntry(
        **(pair.mentorship.pair_key if pair else {"org_id": org_id}),
        id=new_id(),
        person_id=acting.person_id,
        day=day,
        created_at=now,
        updated_at=now,
    )
    entry.sealed = sealing.seal_entry(words, key, org_id=org_id, person_id=acting.person_id, entry_id=entry.id)
    db.session.add(entry)
    db.session.commit()
    return entry


def change_entry(*, entry: JournalEntry, day: date, words: dict[str, str], now: datetime) -> None:
    """Raises ``sealing.KeyAway``: then the entry is as it was."""
    key = key_for(entry.person_id, now)
    ids = {"org_id": entry.org_id, "person_id": entry.person_id, "entry_id": entry.id}
    entry.sealed = sealing.seal_entry(words, key, **ids)
    entry.day, entry.updated_at = day, now
    db.session.commit()


def delete_entry(*, entry: JournalEntry, now: datetime) -> None:
    """Gone from every page, and for good a day later."""
    entry.deleted_at = now
    db.session.commit()


def restore_entry(*, entry: JournalEntry) -> None:
    entry.deleted_at = None
    db.session.commit()
