"""Events of a cohort, who is asked to them, who came, and what is handed out."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class EventKind(enum.StrEnum):
    launch = "launch"
    workshop = "workshop"
    mid_point = "mid_point"
    closing = "closing"
    training = "training"
    mock_board = "mock_board"


class EventState(enum.StrEnum):
    draft = "draft"
    published = "published"
    cancelled = "cancelled"


class Event(Base):
    """One event of a cohort, for those of its people who are on one of ``sides``.

    ``starts_at`` is a moment; ``zone`` is the one whose wall clock it was chosen by. ``capacity`` empty: as many as come.
    ``sequence`` grows with every change that calendars must follow (RFC 5545, 3.8.7.4); ``version`` with every change at all.
    """

    __tablename__ = "event"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.UniqueConstraint("uid"),
        sa.UniqueConstraint("org_id", "cohort_id", "id", name="uq_event_of_cohort"),
        sa.CheckConstraint("minutes BETWEEN 5 AND 1440", name="within_a_day"),
        sa.CheckConstraint("capacity >= 1", name="somebody"),
        sa.Index("ix_event_cohort", "org_id", "cohort_id", "starts_at"),
        sa.Index("ix_event_due", "starts_at", postgresql_where=sa.text("state = 'published' AND reminded_at IS NULL")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[EventKind]
    state: Mapped[EventState] = mapped_column(default=EventState.draft)
    title_en: Mapped[str] = mapped_column(sa.String(120), default="")
    title_fr: Mapped[str] = mapped_column(sa.String(120), default="")
    words_en: Mapped[str] = mapped_column(default="")
    words_fr: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(sa.SmallInteger)
    zone: Mapped[str] = mapped_column(sa.String(60))
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    video_url: Mapped[str] = mapped_column(sa.String(500), default="")
    capacity: Mapped[int | None]
    sides: Mapped[list[str]]
    host_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    uid: Mapped[str] = mapped_column(sa.String(120))
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def where(self) -> str:
        """The room or the link, whichever there is; both in that order."""
        return " · ".join(part for part in (self.place, self.video_url) if part)

    def title(self, locale: str) -> str:
        return (self.title_fr or self.title_en) if locale.startswith("fr") else (self.title_en or self.title_fr)

    def words(self, locale: str) -> str:
        return (self.words_fr or self.words_en) if locale.startswith("fr") else (self.words_en or self.words_fr)


class EventCode(Base):
    """The short code that a host shows in the room; those who enter it until ``closes_at`` were there. Hosts alone read it."""

    __tablename__ = "event_code"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "event_id"], ["event.org_id", "event.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(8))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class Answer(enum.StrEnum):
    yes = "yes"
    maybe = "maybe"
    no = "no"


class Seen(enum.StrEnum):
    """How it is known that somebody came."""

    host = "host"
    code = "code"


class EventGuest(Base):
    """Somebody who is asked to an event. ``seat``: a place is theirs; ``waiting_at``: said yes when none was left.

    ``moved_at``: when a place became free for them, ``told_at``: when a letter said so. ``withdrawn_at``: no longer asked.
    ``told_sequence``: the latest step of the event (its ``sequence``) that a letter told them of.
    ``tries`` counts wrong codes since ``tried_at``. Answers are given through ``answer_event``, so that two who answer at
    once never take the last place.
    """

    __tablename__ = "event_guest"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "event_id"], ["event.org_id", "event.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("org_id", "event_id", "person_id"),
        sa.CheckConstraint("NOT (seat AND waiting_at IS NOT NULL)", name="sits_or_waits"),
        sa.Index("ix_event_guest_person_id", "person_id"),
        sa.Index(
            "ix_event_guest_waiting",
            "org_id",
            "event_id",
            "waiting_at",
            postgresql_where=sa.text("waiting_at IS NOT NULL"),
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    event_id: Mapped[int] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    invited_at: Mapped[datetime]
    answer: Mapped[Answer | None]
    answered_at: Mapped[datetime | None]
    seat: Mapped[bool] = mapped_column(default=False)
    waiting_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    told_sequence: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    withdrawn_at: Mapped[datetime | None]
    attended_at: Mapped[datetime | None]
    attended_by: Mapped[Seen | None]
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    tried_at: Mapped[datetime | None]


class CohortMaterial(Base):
    """A file or a link that is handed out with an event or a training module. ``url`` is empty for a file."""

    __tablename__ = "cohort_material"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.ForeignKeyConstraint(["org_id", "event_id"], ["event.org_id", "event.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["org_id", "module_id"], ["training_module.org_id", "training_module.id"], ondelete="CASCADE"
        ),
        sa.CheckConstraint("num_nonnulls(event_id, module_id) = 1", name="of_one"),
        sa.CheckConstraint("(url = '') = (content IS NOT NULL)", name="file_or_link"),
        sa.Index("ix_cohort_material_event", "org_id", "event_id"),
        sa.Index("ix_cohort_material_module", "org_id", "module_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    event_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    module_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(120))
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    kind: Mapped[str] = mapped_column(sa.String(8), default="")
    size: Mapped[int] = mapped_column(default=0)
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    added_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
