"""What two people wrote and handed to each other: it leaves with either of them, and stays with the one who stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import undefer

from marketplace.conversations.models import Message, MessageMark, Note, NoteVersion, PairFile
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register


def _by(subject: Subject, author_id: int) -> str:
    return "me" if author_id == subject.person_id else "the other"


def export_messages(subject: Subject) -> list[dict[str, Any]]:
    messages = db.session.scalars(sa.select(Message).order_by(Message.mentorship_id, Message.id))
    return [
        {
            "mentorship": one.mentorship_id,
            "by": _by(subject, one.author_person_id),
            "text": one.body,
            "at": one.created_at.isoformat(),
        }
        for one in messages
    ]


def export_notes(subject: Subject) -> list[dict[str, Any]]:
    """Every version of every note that was not taken away."""
    kept = db.session.scalars(sa.select(Note.id).where(Note.removed_at.is_(None))).all()
    versions = db.session.scalars(
        sa.select(NoteVersion)
        .where(NoteVersion.note_id.in_(kept))
        .order_by(NoteVersion.mentorship_id, NoteVersion.note_id, NoteVersion.number)
    )
    return [
        {
            "mentorship": one.mentorship_id,
            "note": one.note_id,
            "version": one.number,
            "by": _by(subject, one.author_person_id),
            "title": one.title,
            "text": one.body,
            "at": one.at.isoformat(),
        }
        for one in versions
    ]


def export_files(subject: Subject) -> list[dict[str, Any]]:
    """Those that the person added, with their content; of the other's, that they are there."""
    files = db.session.scalars(
        sa.select(PairFile).where(PairFile.removed_at.is_(None)).order_by(PairFile.mentorship_id, PairFile.id)
    )
    told = []
    for one in files:
        record = {
            "mentorship": one.mentorship_id,
            "by": _by(subject, one.author_person_id),
            "name": one.name,
            "size": one.size,
            "at": one.created_at.isoformat(),
        }
        if one.author_person_id == subject.person_id:
            path = f"mentorship-files/{one.id}.{one.kind}"
            subject.files[path] = _content(one)
            record["file"] = path
        told.append(record)
    return told


def _content(file: PairFile) -> bytes:
    query = sa.select(PairFile).options(undefer(PairFile.content)).execution_options(populate_existing=True)
    found = db.session.scalars(query.where(PairFile.org_id == file.org_id, PairFile.id == file.id)).one()
    return bytes(found.content)


def erase_marks(subject: Subject, _now: datetime) -> None:
    db.session.execute(
        sa.delete(MessageMark).where(MessageMark.person_id == subject.person_id),
        execution_options={"synchronize_session": False},
    )


register(
    Holding(
        "messages",
        _l("Messages of mentorships"),
        frozenset({"pair_message.author_person_id", "message_mark.person_id"}),
        export_messages,
        erase_marks,
        stays=_l("What you wrote to the other one of a mentorship, without your name: it was written to them."),
    ),
    Holding(
        "shared_notes",
        _l("Shared notes"),
        frozenset({"shared_note.author_person_id", "note_version.author_person_id"}),
        export_notes,
        stays=_l("The notes you both wrote, without your name."),
    ),
    Holding(
        "pair_files",
        _l("Files of mentorships"),
        frozenset({"pair_file.author_person_id"}),
        export_files,
        stays=_l("The files you handed to the other one of a mentorship."),
    ),
)

fade(Fading("pair_message"), Fading("message_mark"), Fading("note_version"), Fading("shared_note"), Fading("pair_file"))
