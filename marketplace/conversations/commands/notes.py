"""Shared notes: every save is a version, and two who save at once lose nothing."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.conversations import letters
from marketplace.conversations.merging import merge
from marketplace.conversations.models import NOTE_MOST, TITLE_MOST, Note, NoteVersion
from marketplace.mentorships.policy import require_writing
from marketplace.mentorships.queries import Pair
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.errors import Refused


class NoteChanged(Exception):
    """Both changed the same lines meanwhile. Nothing was saved; ``note`` is as it stands now."""

    def __init__(self, note: Note) -> None:
        super().__init__(note.id)
        self.note = note


def begin_note(*, acting: Acting, pair: Pair, title: str, body: str, now: datetime) -> Note:
    require_writing(pair)
    note = Note(
        **pair.mentorship.pair_key,
        title=title,
        body=body,
        version=1,
        author_person_id=acting.person_id,
        created_at=now,
        updated_at=now,
    )
    db.session.add(note)
    db.session.flush()
    _keep_version(note, now)
    letters.tell_soon(pair.mentorship, pair.seen.other.id, first=note.id)
    db.session.commit()
    return note


def save_note(*, acting: Acting, pair: Pair, note: Note, title: str, body: str, began_with: int, now: datetime) -> bool:
    """Save what was written from the version ``began_with`` on. True where the other had saved meanwhile and both are kept.

    Raises ``NoteChanged`` where both changed the same lines (or the title), ``Refused`` when the note was taken away.
    """
    require_writing(pair)
    _lock(note)
    meanwhile = note.version != began_with
    if meanwhile:
        before = db.session.scalar(
            sa.select(NoteVersion).where(
                NoteVersion.org_id == note.org_id, NoteVersion.note_id == note.id, NoteVersion.number == began_with
            )
        )
        merged = merge(before.body, body, note.body) if before else None
        merged_title = merge(before.title, title, note.title) if before else None
        if merged is None or merged_title is None or len(merged) > NOTE_MOST or len(merged_title) > TITLE_MOST:
            db.session.rollback()
            raise NoteChanged(note)
        title, body = merged_title, merged
    if (title, body) != (note.title, note.body):
        _write(acting, note, title, body, now)
    db.session.commit()
    return meanwhile


def restore_version(*, acting: Acting, pair: Pair, note: Note, version: NoteVersion, now: datetime) -> None:
    """An earlier version becomes the newest; those between stay."""
    require_writing(pair)
    _lock(note)
    if (version.title, version.body) != (note.title, note.body):
        _write(acting, note, version.title, version.body, now)
    db.session.commit()


def remove_note(*, pair: Pair, note: Note, removed: bool, now: datetime) -> None:
    """Take a note away, or (``removed`` false) bring it back. Its versions stay."""
    require_writing(pair)
    note.removed_at = now if removed else None
    db.session.commit()


def _lock(note: Note) -> None:
    db.session.refresh(note, with_for_update=True)
    if note.removed_at is not None:
        raise Refused(_("This note was taken away meanwhile. Bring it back to go on writing."))


def _write(acting: Acting, note: Note, title: str, body: str, now: datetime) -> None:
    note.title, note.body, note.version = title, body, note.version + 1
    note.author_person_id, note.updated_at = acting.person_id, now
    db.session.flush()
    _keep_version(note, now)


def _keep_version(note: Note, now: datetime) -> None:
    db.session.add(
        NoteVersion(
            org_id=note.org_id,
            mentorship_id=note.mentorship_id,
            mentee_person_id=note.mentee_person_id,
            mentor_person_id=note.mentor_person_id,
            note_id=note.id,
            number=note.version,
            title=note.title,
            body=note.body,
            author_person_id=note.author_person_id,
            at=now,
        )
    )
