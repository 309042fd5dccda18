"""What is held of a person's journal: the entries, and the key without which they are noise."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from marketplace.journal import commands, queries
from marketplace.journal.forms import LONGEST
from marketplace.journal.models import JournalEntry, JournalKey
from marketplace.journal.sealing import KeyAway
from marketplace.journal.words import PROMPTS
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.holdings import Held, Holding, Subject, register


def export_entries(subject: Subject) -> list[dict[str, Any]]:
    """In the clear, for their author; without the key, that they exist."""
    rows = db.session.scalars(
        sa.select(JournalEntry)
        .where(JournalEntry.person_id == subject.person_id, JournalEntry.deleted_at.is_(None))
        .order_by(JournalEntry.day, JournalEntry.id)
    )
    try:
        key = queries.key_of(subject.person_id)
    except KeyAway:
        key = None
    with force_locale(subject.locale):
        return [_record(queries.opened(row, key), subject) for row in rows]


def _record(entry: queries.Entry, subject: Subject) -> dict[str, Any]:
    row = entry.row
    record = {
        "organisation": subject.slugs[row.org_id],
        "day": row.day.isoformat(),
        "mentorship": row.mentorship_id,
        "question": str(PROMPTS[entry.prompt]) if entry.prompt in PROMPTS else "",
        "text": entry.text,
        "updated_at": row.updated_at.isoformat(),
    }
    if entry.words is None:
        record["text"] = gettext("This entry could not be opened when the copy was made. Ask for another copy later.")
    return record


def bring_entries(acting: Acting, held: Held) -> int:
    """As entries about nobody in particular: the mentorships of another account are not this one's. Twice brings nothing."""
    try:
        key = queries.key_of(acting.person_id)
        rows = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.person_id == acting.person_id))
        there = {(row.day, queries.opened(row, key).text) for row in rows} if key else set()
        brought = 0
        for record in held.records:
            day, text = _day(record.get("day")), record.get("text")
            if not (day and isinstance(text, str) and 0 < len(text) <= LONGEST) or (day, text) in there:
                continue
            commands.write_entry(acting=acting, pair=None, day=day, words={"prompt": "", "text": text}, now=held.now)
            there.add((day, text))
            brought += 1
    except KeyAway:
        db.session.rollback()
        return 0
    return brought


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def erase_journal(subject: Subject, _now: datetime) -> None:
    """The key first of all: whatever copy of an entry is left somewhere can no longer be opened."""
    for model in (JournalKey, JournalEntry):
        statement = sa.delete(model).where(model.person_id == subject.person_id)
        db.session.execute(statement, execution_options={"synchronize_session": False})


register(
    Holding(
        "journal",
        _l("Journal"),
        frozenset({"journal_entry.person_id", "journal_key.person_id"}),
        export_entries,
        erase_journal,
        bring_entries,
        goes=_l("Your journal and its key: nobody can ever open it again, from no copy."),
    )
)
