"""What the two of a pair write and hand to each other: messages, shared notes, files."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.mentorships.models import OfPair, to_pair
from tenants.shared.database import Base

MESSAGE_MOST = 10_000
TITLE_MOST = 120
NOTE_MOST = 50_000
MEGABYTE = 1024 * 1024
FILE_MOST = 10 * MEGABYTE
FILES_MOST = 100 * MEGABYTE
NAME_MOST = 120


class Via(enum.StrEnum):
    page = "page"
    link = "link"
    mail = "mail"


class Message(OfPair, Base):
    """Written once and never changed. ``sent_as`` names the sending (a form, a mail), so that it arrives once.

    ``left_out`` counts attachments of a mail, which are not kept.
    """

    __tablename__ = "pair_message"
    __table_args__ = (
        to_pair(),
        sa.UniqueConstraint("org_id", "mentorship_id", "sent_as", name="uq_pair_message_sent_as"),
        sa.Index("ix_pair_message_thread", "org_id", "mentorship_id", "id"),
    )

    author_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    body: Mapped[str]
    via: Mapped[Via] = mapped_column(default=Via.page)
    left_out: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    sent_as: Mapped[bytes | None]
    created_at: Mapped[datetime]


class MessageMark(OfPair, Base):
    """How far one of the two has read, and of what a letter has told them: the ids of the last messages."""

    __tablename__ = "message_mark"
    __table_args__ = (
        to_pair(),
        sa.UniqueConstraint("org_id", "mentorship_id", "person_id", name="uq_message_mark_person"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    read_to: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    read_at: Mapped[datetime | None]
    told_to: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    told_at: Mapped[datetime | None]


class Note(OfPair, Base):
    """A page that both write. ``version`` is the number of its newest version, which it repeats."""

    __tablename__ = "shared_note"
    __table_args__ = (
        to_pair(),
        sa.UniqueConstraint("org_id", "mentorship_id", "id", name="uq_shared_note_of_pair"),
    )

    title: Mapped[str] = mapped_column(sa.String(TITLE_MOST))
    body: Mapped[str]
    version: Mapped[int]
    author_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class NoteVersion(OfPair, Base):
    __tablename__ = "note_version"
    __table_args__ = (
        to_pair(),
        sa.ForeignKeyConstraint(
            ["org_id", "mentorship_id", "note_id"],
            ["shared_note.org_id", "shared_note.mentorship_id", "shared_note.id"],
        ),
        sa.UniqueConstraint("org_id", "note_id", "number", name="uq_note_version_number"),
    )

    note_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(TITLE_MOST))
    body: Mapped[str]
    author_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class PairFile(OfPair, Base):
    """``kind`` is what the content is, whatever its name said; ``size`` in bytes. A removed one is purged a week later."""

    __tablename__ = "pair_file"
    __table_args__ = (
        to_pair(),
        sa.Index("ix_pair_file_pair", "org_id", "mentorship_id", "id"),
        sa.Index("ix_pair_file_removed", "removed_at", postgresql_where=sa.text("removed_at IS NOT NULL")),
    )

    author_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(NAME_MOST))
    kind: Mapped[str] = mapped_column(sa.String(8))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
