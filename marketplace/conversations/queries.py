"""What the two of a pair read of each other's messages, of their notes and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import undefer

from marketplace.conversations.models import Message, MessageMark, Note, NoteVersion, PairFile
from marketplace.mentorships.queries import Pair, Party
from tenants.shared.database import db

PAGE = 30
COUNTED = 100
"""More than these are "99+": nobody needs the exact figure."""

Model = type[Message] | type[MessageMark] | type[Note] | type[NoteVersion] | type[PairFile]


def _of_pair(model: Model, viewer: Party, pair: Pair) -> sa.ColumnElement[bool]:
    one = pair.mentorship
    return sa.and_(
        model.org_id == one.org_id,
        model.mentorship_id == one.id,
        sa.or_(model.mentee_person_id == viewer.person_id, model.mentor_person_id == viewer.person_id),
    )


# --- messages ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Thread:
    """One page of the messages, newest first. ``older``: the id to go on from; ``newer``: whether this is not the end."""

    messages: Sequence[Message]
    older: int | None
    newer: bool
    reader_id: int
    own_mark: MessageMark | None
    their_mark: MessageMark | None

    def is_new(self, message: Message) -> bool:
        read_to = self.own_mark.read_to if self.own_mark else 0
        return message.author_person_id != self.reader_id and message.id > read_to

    @property
    def unread(self) -> bool:
        return any(self.is_new(one) for one in self.messages)

    @property
    def newest(self) -> int:
        return self.messages[0].id if self.messages else 0

    @property
    def seen_by_other(self) -> Message | None:
        """The reader's newest message that the other has read."""
        read_to = self.their_mark.read_to if self.their_mark else 0
        own = (one for one in self.messages if one.author_person_id == self.reader_id)
        return next((one for one in own if one.id <= read_to), None)


def thread(viewer: Party, pair: Pair, before: int | None = None, *, limit: int = PAGE) -> Thread:
    """The newest messages, or those written before the one with the id ``before``."""
    query = sa.select(Message).where(_of_pair(Message, viewer, pair))
    if before is not None:
        query = query.where(Message.id < before)
    found = list(db.session.scalars(query.order_by(Message.id.desc()).limit(limit + 1)))
    shown = found[:limit]
    marks = {
        one.person_id: one
        for one in db.session.scalars(sa.select(MessageMark).where(_of_pair(MessageMark, viewer, pair)))
    }
    return Thread(
        shown,
        shown[-1].id if len(found) > limit else None,
        before is not None,
        viewer.person_id,
        marks.get(viewer.person_id),
        marks.get(pair.seen.other.id),
    )


def newest_message(viewer: Party, pair: Pair) -> int:
    """Its id; 0 where there is none."""
    return db.session.scalar(sa.select(sa.func.max(Message.id)).where(_of_pair(Message, viewer, pair))) or 0


# --- notes ------------------------------------------------------------------------------------------------------------


def notes(viewer: Party, pair: Pair) -> Sequence[Note]:
    query = sa.select(Note).where(_of_pair(Note, viewer, pair), Note.removed_at.is_(None))
    return db.session.scalars(query.order_by(Note.updated_at.desc(), Note.id).limit(200)).all()


def note_or_404(viewer: Party, pair: Pair, note_id: int, *, removed: bool = False) -> Note:
    query = sa.select(Note).where(_of_pair(Note, viewer, pair), Note.id == note_id)
    if not removed:
        query = query.where(Note.removed_at.is_(None))
    note = db.session.scalar(query)
    return note if note else abort(404)


def versions(viewer: Party, pair: Pair, note: Note) -> Sequence[NoteVersion]:
    """Newest first, at most 200."""
    query = sa.select(NoteVersion).where(_of_pair(NoteVersion, viewer, pair), NoteVersion.note_id == note.id)
    return db.session.scalars(query.order_by(NoteVersion.number.desc()).limit(200)).all()


def version_or_404(viewer: Party, pair: Pair, note: Note, number: int) -> NoteVersion:
    version = db.session.scalar(
        sa.select(NoteVersion).where(
            _of_pair(NoteVersion, viewer, pair), NoteVersion.note_id == note.id, NoteVersion.number == number
        )
    )
    return version if version else abort(404)


# --- files ------------------------------------------------------------------------------------------------------------


def files(viewer: Party, pair: Pair) -> Sequence[PairFile]:
    """Newest first, without their content."""
    query = sa.select(PairFile).where(_of_pair(PairFile, viewer, pair), PairFile.removed_at.is_(None))
    return db.session.scalars(query.order_by(PairFile.id.desc()).limit(500)).all()


def file_or_404(viewer: Party, pair: Pair, file_id: int, *, removed: bool = False, content: bool = False) -> PairFile:
    query = sa.select(PairFile).where(_of_pair(PairFile, viewer, pair), PairFile.id == file_id)
    if not removed:
        query = query.where(PairFile.removed_at.is_(None))
    if content:
        query = query.options(undefer(PairFile.content))
    file = db.session.scalar(query)
    return file if file else abort(404)


# --- the pair's home --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnHome:
    """The last messages (oldest first), how many are new to the reader, the latest notes and files."""

    unread: int
    messages: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    files: list[dict[str, Any]]


def on_home(viewer: Party, pair: Pair) -> OnHome:
    """One statement, however much there is: the last few rows of each, and a count that stops at a hundred."""
    read_to = (
        sa.select(MessageMark.read_to)
        .where(_of_pair(MessageMark, viewer, pair), MessageMark.person_id == viewer.person_id)
        .scalar_subquery()
    )
    new = (
        sa.select(Message.id)
        .where(
            _of_pair(Message, viewer, pair),
            Message.author_person_id != viewer.person_id,
            Message.id > sa.func.coalesce(read_to, 0),
        )
        .limit(COUNTED)
        .subquery()
    )
    last = (
        sa.select(
            sa.cast(Message.id, sa.Text).label("id"),
            sa.cast(Message.author_person_id, sa.Text).label("author"),
            sa.func.left(Message.body, 280).label("body"),
            Message.created_at.label("at"),
        )
        .where(_of_pair(Message, viewer, pair))
        .order_by(Message.id.desc())
        .limit(2)
    )
    written = (
        sa.select(sa.cast(Note.id, sa.Text).label("id"), Note.title, Note.updated_at.label("at"))
        .where(_of_pair(Note, viewer, pair), Note.removed_at.is_(None))
        .order_by(Note.updated_at.desc())
        .limit(3)
    )
    handed = (
        sa.select(sa.cast(PairFile.id, sa.Text).label("id"), PairFile.name, PairFile.created_at.label("at"))
        .where(_of_pair(PairFile, viewer, pair), PairFile.removed_at.is_(None))
        .order_by(PairFile.id.desc())
        .limit(3)
    )
    row = db.session.execute(
        sa.select(
            sa.select(sa.func.count()).select_from(new).scalar_subquery(),
            *(_listed(q) for q in (last, written, handed)),
        )
    ).one()
    messages, its_notes, its_files = (_read(part) for part in row[1:])
    return OnHome(row[0], messages[::-1], its_notes, its_files)


def _listed(query: sa.SelectBase) -> sa.ScalarSelect[Any]:
    rows = query.subquery("rows")
    return sa.select(sa.func.json_agg(sa.literal_column("rows"))).select_from(rows).scalar_subquery()


def _read(rows: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    return [row | {"id": int(row["id"]), "at": datetime.fromisoformat(row["at"])} for row in rows or []]
