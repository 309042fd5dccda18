"""A mentor's hours, a meeting of two people, and the address of a person's own calendar feed."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.mentorships.models import OfPair, to_pair
from tenants.shared.database import Base


class MeetingState(enum.StrEnum):
    planned = "planned"
    cancelled = "cancelled"
    held = "held"
    missed = "missed"


class Said(enum.StrEnum):
    """What one of the two says of a meeting whose time has passed."""

    held = "held"
    missed = "missed"


class Meeting(OfPair, Base):
    """An hour of two people: of a mentorship, or (``request_id``) the talk that two have before they confirm one.

    ``starts_at`` and ``ends_at`` are moments; ``zone`` is the one whose wall clock they were chosen by, and which calendar
    files name. ``sequence`` grows with every change that calendars must follow (RFC 5545, 3.8.7.4). A mentor has no two
    planned meetings at once, whatever the tenants: the database refuses the second.

    A planned meeting stays planned until one of the two says whether it took place. ``held`` means that nobody denies it:
    as soon as one says that it did not take place it is ``missed``, and both answers are shown to both.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        to_pair(),
        sa.ForeignKeyConstraint(
            ["org_id", "request_id", "mentee_person_id", "mentor_person_id"],
            [
                "mentoring_request.org_id",
                "mentoring_request.id",
                "mentoring_request.mentee_person_id",
                "mentoring_request.mentor_person_id",
            ],
        ),
        sa.UniqueConstraint("uid"),
        sa.CheckConstraint("num_nonnulls(mentorship_id, request_id) = 1", name="of_one"),
        sa.CheckConstraint("ends_at > starts_at", name="takes_time"),
        sa.Index("ix_meeting_mentorship", "org_id", "mentorship_id", "starts_at"),
        sa.Index("ix_meeting_mentee_person_id", "mentee_person_id", "starts_at"),
        sa.Index("ix_meeting_mentor_person_id", "mentor_person_id", "starts_at"),
        sa.Index(
            "uq_meeting_one_talk",
            "org_id",
            "request_id",
            unique=True,
            postgresql_where=sa.text("request_id IS NOT NULL AND state <> 'cancelled'"),
        ),
        sa.Index(
            "ix_meeting_due",
            "starts_at",
            postgresql_where=sa.text("state = 'planned' AND (reminded_at IS NULL OR asked_at IS NULL)"),
        ),
        ExcludeConstraint(
            (sa.text("int8range(mentor_person_id, mentor_person_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("state = 'planned'"),
            using="gist",
            name="ex_meeting_mentor_once",
        ),
    )

    mentorship_id: Mapped[int | None] = mapped_column(sa.BigInteger)  # type: ignore[assignment]
    request_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    uid: Mapped[str] = mapped_column(sa.String(120))
    sequence: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(sa.String(60))
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    video_url: Mapped[str] = mapped_column(sa.String(500), default="")
    agenda: Mapped[str] = mapped_column(default="")
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.planned)
    set_by_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    mentee_said: Mapped[Said | None]
    mentor_said: Mapped[Said | None]

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def is_talk(self) -> bool:
        """The talk before confirming."""
        return self.request_id is not None

    @property
    def where(self) -> str:
        """The room or the link, whichever there is; both in that order."""
        return " · ".join(part for part in (self.place, self.video_url) if part)


class MeetingHours(Base):
    """When a mentor can be met, whoever employs them: a weekly pattern, single times, days away.

    All are wall-clock times of ``zone`` (single times: of their own zone), resolved when they are looked at. ``pattern``
    is what ``hours.Hours`` reads and writes.
    """

    __tablename__ = "meeting_hours"

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    zone: Mapped[str] = mapped_column(sa.String(60))
    minutes: Mapped[int] = mapped_column(sa.SmallInteger)
    notice_hours: Mapped[int] = mapped_column(sa.SmallInteger)
    pattern: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class CalendarFeed(Base):
    """The address under which a person's own calendar fetches their meetings; only the token's SHA-256 is kept."""

    __tablename__ = "calendar_feed"
    __table_args__ = (sa.UniqueConstraint("token_hash"),)

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[bytes]
    made_at: Mapped[datetime]
