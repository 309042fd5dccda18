"""What happens around every workflow: the activity log, letters, notices in the app, and links that act."""

from __future__ import annotations

import enum
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tenants.shared.database import Base, new_id


class Activity(Base):
    """One line of a tenant's log: who did what, when, and only what this tenant may see. Never changed or deleted.

    The database numbers the lines of each tenant without gaps when they are committed, and chains them: ``hash`` is the
    SHA-256 of the hash before it and of this line's words (``activity_words``). No name is in a line: ``marks`` holds a
    commitment to each, the name itself is in ``ActivityName``.
    """

    __tablename__ = "activity"
    __table_args__ = (
        sa.Index("ix_activity_org_id_subject", "org_id", "subject_kind", "subject_id"),
        sa.Index("uq_activity_org_id_number", "org_id", "number", unique=True),
        sa.Index("ix_activity_unchained", "org_id", "id", postgresql_where=sa.text("number IS NULL")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    at: Mapped[datetime]
    actor_person_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    verb: Mapped[str] = mapped_column(sa.String(60))
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    number: Mapped[int | None] = mapped_column(sa.BigInteger)
    hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=sa.text("'{}'::jsonb"))

    names: Mapped[list[ActivityName]] = relationship(
        primaryjoin="and_(Activity.org_id == foreign(ActivityName.org_id), Activity.id == foreign(ActivityName.activity_id))",
        viewonly=True,
        lazy="selectin",
    )

    @property
    def people(self) -> dict[str, str]:
        """The names that the line speaks of, by slot: those that were not erased and are the ones written then."""
        return {one.slot: one.name for one in self.names if commitment(one.salt, one.name) == self.marks.get(one.slot)}


def commitment(salt: bytes, name: str) -> str:
    """What a line keeps of a name: nobody can guess the name from it once the salt is gone."""
    return sha256(salt + name.encode()).hexdigest()


class ActivityName(Base):
    """A name as a line of the log bears it (``slot``: actor, mentee …). Deleted when the person is erased; the line stays."""

    __tablename__ = "activity_name"
    __table_args__ = (sa.Index("ix_activity_name_person_id", "person_id"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    slot: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    salt: Mapped[bytes] = mapped_column(sa.LargeBinary)


class ActivityHead(Base):
    """How many lines a tenant's log has had, and the hash of the last. Written by the database alone."""

    __tablename__ = "activity_head"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary)


class ActivityCheckpoint(Base):
    """Where retention cut the log: the lines up to ``number`` were older than ``before``; the rest chains on from ``hash``."""

    __tablename__ = "activity_checkpoint"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary)
    before: Mapped[datetime]
    cut_at: Mapped[datetime]


class LetterState(enum.StrEnum):
    queued = "queued"
    gathered = "gathered"
    digested = "digested"
    sent = "sent"
    failed = "failed"
    unwanted = "unwanted"


class Letter(Base):
    """One e-mail to one person, written when the work commits and sent by the worker afterwards.

    ``data`` may hold a link that acts: the web's role writes it and cannot read it back; it is emptied once sent.
    ``about_account``: between the person and the door, so no coordinator ever sees that it was written.
    ``due_at``: not before this moment (quiet hours, a digest). ``gathered`` letters wait for their reader's digest; what a digest
    took in is ``digested``, and ``digest_id`` is the letter that tells of it.
    ``attempts`` counts from the first try (or from the last "send again"); ``error`` is why the latest one failed.
    """

    __tablename__ = "letter"
    __table_args__ = (
        sa.Index("ix_letter_org_id_state", "org_id", "state"),
        sa.Index("ix_letter_gathered", "due_at", postgresql_where=sa.text("state = 'gathered'")),
        sa.Index(
            "ix_letter_kept", "sent_at", postgresql_where=sa.text("state IN ('sent', 'digested') AND data <> '{}'")
        ),
        sa.Index("ix_letter_digest", "org_id", "digest_id", postgresql_where=sa.text("digest_id IS NOT NULL")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(sa.String(60))
    person_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    address: Mapped[str | None] = mapped_column(sa.String(254))
    locale: Mapped[str | None] = mapped_column(sa.String(5))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    state: Mapped[LetterState] = mapped_column(default=LetterState.queued)
    attempts: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    error: Mapped[str] = mapped_column(default="")
    about_account: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(deferred=True)
    digest_id: Mapped[int | None] = mapped_column(sa.BigInteger, deferred=True)


class Delivery(enum.StrEnum):
    """How news of one kind reaches a person beside the notice in the app."""

    instant = "instant"
    daily = "daily"
    weekly = "weekly"
    app = "app"


class LetterChoice(Base):
    """How one kind of letter comes to a person in one workspace; without a row at once. Their own affair."""

    __tablename__ = "letter_choice"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    delivery: Mapped[Delivery]
    chosen_at: Mapped[datetime]


class LetterHours(Base):
    """When a person's digest comes in one workspace, and between which hours no letter does that can wait.

    Hours are whole ones of the clock where the person is; ``digest_weekday`` counts from Monday (0). ``quiet_until`` may be
    earlier than ``quiet_from``: the night between.
    """

    __tablename__ = "letter_hours"
    __table_args__ = (
        sa.CheckConstraint(
            "digest_hour BETWEEN 0 AND 23 AND digest_weekday BETWEEN 0 AND 6 AND quiet_from BETWEEN 0 AND 23 "
            "AND quiet_until BETWEEN 0 AND 23 AND num_nulls(quiet_from, quiet_until) IN (0, 2)",
            name="hours",
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    digest_hour: Mapped[int] = mapped_column(sa.SmallInteger)
    digest_weekday: Mapped[int] = mapped_column(sa.SmallInteger)
    quiet_from: Mapped[int | None] = mapped_column(sa.SmallInteger)
    quiet_until: Mapped[int | None] = mapped_column(sa.SmallInteger)
    chosen_at: Mapped[datetime]


class ReturnedAddress(Base):
    """An address from which letters came back for good, as a digest, and how often. From the third time on none is sent
    there until somebody proves that they read it.
    """

    __tablename__ = "returned_address"

    address_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True)
    times: Mapped[int] = mapped_column(sa.SmallInteger)
    last_at: Mapped[datetime]


class Notice(Base):
    """The same news inside the app, for one person in one workspace."""

    __tablename__ = "notice"
    __table_args__ = (sa.Index("ix_notice_person", "org_id", "person_id", "read_at"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(60))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    path: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class ActionLink(Base):
    """A link in a letter that lets its reader act once without signing in. Only the token's SHA-256 is kept.

    ``org_id`` is the workspace the reader acts in; ``subject_org_id`` and ``subject_id`` name what they act on.
    """

    __tablename__ = "action_link"
    __table_args__ = (sa.Index("ix_action_link_subject", "subject_org_id", "subject_id"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(sa.String(40))
    subject_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
