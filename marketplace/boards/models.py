"""A board track, and a seat that a candidate holds on it."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id

NAME_MOST = 120
SUMMARY_MOST = 400
TEXT_MOST = 8000


class TrackState(enum.StrEnum):
    draft = "draft"
    open = "open"
    closed = "closed"


class BoardTrack(Base):
    """What a network (``org_id``) offers its member firms: seats on one cohort of the form *board*, by subscription.

    ``price_cents``: for a seat and a year, before tax, in the smallest unit of ``currency`` (ISO 4217, lower case as Stripe has
    it). ``seats_sold`` is kept by the database from the subscriptions. ``is_public``: the track has a page without sign-in.
    """

    __tablename__ = "board_track"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.UniqueConstraint("org_id", "cohort_id"),
        sa.UniqueConstraint("org_id", "slug"),
        sa.CheckConstraint("price_cents >= 0", name="price_not_negative"),
        sa.CheckConstraint("seats_total BETWEEN 1 AND 1000", name="seats_from_one"),
        sa.CheckConstraint("seats_sold >= 0", name="sold_not_negative"),
        sa.CheckConstraint("ends_on > starts_on", name="ends_after_it_starts"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    slug: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str] = mapped_column(sa.String(NAME_MOST), default="")
    name_fr: Mapped[str] = mapped_column(sa.String(NAME_MOST), default="")
    summary_en: Mapped[str] = mapped_column(default="")
    summary_fr: Mapped[str] = mapped_column(default="")
    audience_en: Mapped[str] = mapped_column(default="")
    audience_fr: Mapped[str] = mapped_column(default="")
    contents_en: Mapped[str] = mapped_column(default="")
    contents_fr: Mapped[str] = mapped_column(default="")
    price_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    seats_total: Mapped[int]
    seats_sold: Mapped[int] = mapped_column(default=0, server_default="0")
    is_public: Mapped[bool] = mapped_column(default=False)
    state: Mapped[TrackState] = mapped_column(default=TrackState.draft)
    created_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def seats_left(self) -> int:
        return max(self.seats_total - self.seats_sold, 0)

    def text(self, what: str, locale: str) -> str:
        """``name``, ``summary``, ``audience`` or ``contents`` in the reader's language, else in the other one."""
        first, second = ("fr", "en") if locale.startswith("fr") else ("en", "fr")
        found: str = getattr(self, f"{what}_{first}") or getattr(self, f"{what}_{second}")
        return found


class Office(enum.StrEnum):
    """In whose name a candidate is put forward."""

    chair = "chair"
    chief_executive = "chief_executive"


class Seat(Base):
    """A candidate's seat of a firm's subscription (``org_id`` is the firm), from the nomination until they are out.

    Made by ``claim_seat`` and given back by ``release_seat`` in the database, and by nothing else. ``sponsor_id``: the chair or
    chief executive who puts the candidate forward.
    """

    __tablename__ = "seat"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "subscription_id"], ["subscription.org_id", "subscription.id"]),
        sa.ForeignKeyConstraint(["track_org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.Index(
            "uq_seat_held",
            "track_org_id",
            "cohort_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text("released_at IS NULL"),
        ),
        sa.Index("ix_seat_subscription_id", "org_id", "subscription_id"),
        sa.Index("ix_seat_enrolment_id", "track_org_id", "enrolment_id"),
        sa.Index("ix_seat_person_id", "person_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    subscription_id: Mapped[int] = mapped_column(sa.BigInteger)
    track_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    enrolment_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    sponsor_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    office: Mapped[Office]
    nominated_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    claimed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
