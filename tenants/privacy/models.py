"""What a person asks about their own data, and how long an organisation keeps what is its own."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class ExportState(enum.StrEnum):
    asked = "asked"
    working = "working"
    ready = "ready"
    failed = "failed"


class PersonalExport(Base):
    """Everything about one person as a file, made by the worker and kept for seven days. ``content`` is encrypted."""

    __tablename__ = "personal_export"
    __table_args__ = (
        sa.Index(
            "uq_personal_export_under_way",
            "person_id",
            unique=True,
            postgresql_where=sa.text("state IN ('asked', 'working')"),
        ),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    state: Mapped[ExportState] = mapped_column(default=ExportState.asked)
    done: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    total: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    asked_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class ErasureState(enum.StrEnum):
    asked = "asked"
    undone = "undone"
    done = "done"


class Erasure(Base):
    """A person wants to be erased. Until ``due_at`` they may change their mind; their card is hidden meanwhile.

    ``org_id`` is the organisation whose name the letters bear. Of the undoing link only the token's SHA-256 is kept.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        sa.Index("uq_erasure_asked", "person_id", unique=True, postgresql_where=sa.text("state = 'asked'")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    state: Mapped[ErasureState] = mapped_column(default=ErasureState.asked)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Purpose(enum.StrEnum):
    networks = "networks"
    marketplace = "marketplace"


class Consent(Base):
    """A person said yes to one purpose in one organisation. Written by the database where it takes effect (the card)."""

    __tablename__ = "consent"
    __table_args__ = (sa.Index("ix_consent_person_id", "person_id"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(primary_key=True)
    given_at: Mapped[datetime] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(sa.SmallInteger)
    withdrawn_at: Mapped[datetime | None]


class Kept(enum.StrEnum):
    requests = "requests"
    mentorships = "mentorships"
    letters = "letters"
    notices = "notices"
    invitations = "invitations"
    activity = "activity"


class Retention(Base):
    """For how many days an organisation keeps something; without a row, the usual time."""

    __tablename__ = "retention"
    __table_args__ = (sa.CheckConstraint("days >= 30", name="a_month_at_least"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    subject: Mapped[Kept] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(sa.SmallInteger)


class ProfileView(Base):
    """How many people of one firm opened a mentor's page on one day. ``marks`` tells them apart until that day is over."""

    __tablename__ = "profile_view"
    __table_args__ = (sa.Index("ix_profile_view_mentor_person_id", "mentor_person_id", "day"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    mentor_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    viewer_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    views: Mapped[int]
    marks: Mapped[list[bytes]] = mapped_column(ARRAY(sa.LargeBinary))
