"""A journal, read by its author and by nobody else."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import abort

from marketplace.journal import sealing
from marketplace.journal.models import JournalEntry, JournalKey
from marketplace.mentorships.home import part
from marketplace.mentorships.queries import Pair, own_mentorships
from tenants.current import Acting
from tenants.shared.database import db

log = logging.getLogger(__name__)

PAGE = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as its author reads it. ``words`` is None while the key is away."""

    row: JournalEntry
    words: dict[str, str] | None

    @property
    def text(self) -> str:
        return (self.words or {}).get("text", "")

    @property
    def prompt(self) -> str:
        return (self.words or {}).get("prompt", "")


@dataclass(frozen=True, slots=True)
class Journal:
    """One page of a journal, the latest day first. ``shut``: the key is away, so that nothing can be read or written."""

    entries: list[Entry]
    older: str | None
    shut: bool


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a mentorship's home says of the viewer's journal about it."""

    count: int
    latest: date | None


def key_of(person_id: int) -> bytes | None:
    """The key to a person's journal; None when they never wrote. Raises ``sealing.KeyAway``."""
    kept = db.session.execute(
        sa.select(JournalKey.wrapped, JournalKey.wrapped_with).where(JournalKey.person_id == person_id)
    ).one_or_none()
    if kept is None:
        return None
    wrapping = sealing.ring().marked(kept.wrapped_with)
    return sealing.unwrap(kept.wrapped, person_id, wrapping=wrapping)


def is_shut(viewer: Acting) -> bool:
    """Whether the key is away; the log says why."""
    try:
        if key_of(viewer.person_id) is None:
            sealing.ring().newest  # noqa: B018 - raises
    except sealing.KeyAway as away:
        log.error("journals cannot be opened: %s", away)
        return True
    return False


def journal(viewer: Acting, *, pair: Pair | None = None, before: str | None = None) -> Journal:
    """The viewer's entries, or those about one mentorship."""
    query = (
        sa.select(JournalEntry)
        .where(JournalEntry.person_id == viewer.person_id, JournalEntry.deleted_at.is_(None))
        .order_by(JournalEntry.day.desc(), JournalEntry.id.desc())
        .limit(PAGE + 1)
    )
    if pair is not None:
        query = query.where(
            JournalEntry.org_id == pair.mentorship.org_id, JournalEntry.mentorship_id == pair.mentorship.id
        )
    if start := _cursor(before):
        query = query.where(sa.tuple_(JournalEntry.day, JournalEntry.id) < sa.tuple_(*map(sa.literal, start)))
    rows = db.session.scalars(query).all()
    shut = is_shut(viewer)
    key = None if shut else key_of(viewer.person_id)
    page = rows[:PAGE]
    older = f"{page[-1].day}.{page[-1].id}" if len(rows) > PAGE else None
    return Journal([opened(row, key) for row in page], older, shut)


def _cursor(before: str | None) -> tuple[date, int] | None:
    day, _dot, number = (before or "").partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def opened(row: JournalEntry, key: bytes | None) -> Entry:
    """The entry with its words, where ``key`` opens it."""
    if key is None:
        return Entry(row, None)
    try:
        ids = {"org_id": row.org_id, "person_id": row.person_id, "entry_id": row.id}
        return Entry(row, sealing.open_entry(row.sealed, key, **ids))
    except sealing.KeyAway:
        log.error("the entry %s of a journal does not open", row.id)
        return Entry(row, None)


def entry_or_404(viewer: Acting, entry_id: int, *, deleted: bool = False) -> JournalEntry:
    """One of the viewer's own entries; ``deleted``: one that can still be taken back."""
    query = sa.select(JournalEntry).where(JournalEntry.person_id == viewer.person_id, JournalEntry.id == entry_id)
    found = db.session.scalar(
        query.where(JournalEntry.deleted_at.is_not(None) if deleted else JournalEntry.deleted_at.is_(None))
    )
    return found or abort(404)


def partners(viewer: Acting) -> dict[int, str]:
    """First name of the other person by mentorship, of those that the viewer has in this workspace."""
    return {pair.mentorship.id: pair.seen.other.first_name for pair in own_mentorships(viewer)}


@part("journal")
def glimpse(viewer: Acting, pair: Pair) -> Glimpse:
    query = sa.select(sa.func.count(), sa.func.max(JournalEntry.day)).where(
        JournalEntry.person_id == viewer.person_id,
        JournalEntry.org_id == pair.mentorship.org_id,
        JournalEntry.mentorship_id == pair.mentorship.id,
        JournalEntry.deleted_at.is_(None),
    )
    count, latest = db.session.execute(query).one()
    return Glimpse(count, latest)
