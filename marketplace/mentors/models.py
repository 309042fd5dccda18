"""Mentors and mentees: what they say of themselves, and the card that the directory searches."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class ProfileState(enum.StrEnum):
    draft = "draft"
    published = "published"
    paused = "paused"
    withdrawn = "withdrawn"


class Audience(enum.StrEnum):
    company = "company"
    networks = "networks"
    marketplace = "marketplace"


class MentorProfile(Base):
    """An executive's own page, as they are writing it. ``published`` holds the same words as others see them, if they do;
    ``saved_in`` names the window that saved last.

    ``open_slots`` is ``capacity`` less the places held; it may fall below zero when the mentor lowers the capacity, and no
    place is given until it is above zero again. ``claim_place`` and ``release_place`` move it, and a change of capacity
    moves it by the same amount.
    """

    __tablename__ = "mentor_profile"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "affiliation_id"], ["affiliation.org_id", "affiliation.id"]),
        sa.UniqueConstraint("org_id", "person_id"),
        sa.CheckConstraint("capacity BETWEEN 0 AND 5", name="capacity_in_range"),
        sa.CheckConstraint("open_slots <= capacity", name="no_more_room_than_capacity"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    affiliation_id: Mapped[int] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    state: Mapped[ProfileState] = mapped_column(default=ProfileState.draft)
    headline: Mapped[str] = mapped_column(default="")
    story: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    function: Mapped[str | None] = mapped_column(sa.String(60))
    industries: Mapped[list[str]] = mapped_column(default=list)
    seniority: Mapped[str | None] = mapped_column(sa.String(60))
    skills: Mapped[list[str]] = mapped_column(default=list)
    own_words: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)
    place: Mapped[str] = mapped_column(sa.String(80), default="")
    remote: Mapped[bool] = mapped_column(default=True)
    in_person: Mapped[bool] = mapped_column(default=False)
    forms: Mapped[list[str]] = mapped_column(default=list)
    board_mandates: Mapped[str] = mapped_column(default="")
    cadence: Mapped[str | None] = mapped_column(sa.String(40))
    capacity: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    open_slots: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    audience: Mapped[Audience] = mapped_column(default=Audience.networks)
    network_ids: Mapped[list[int]] = mapped_column(default=list)
    published: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    saved_in: Mapped[str] = mapped_column(sa.String(32), default="")
    version: Mapped[int] = mapped_column(default=1)
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Photo(Base):
    """A person's picture as this product re-encoded it; nothing of the file that was sent is kept."""

    __tablename__ = "photo"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    media_type: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    small: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class MenteeProfile(Base):
    """What a person looks for. Seen by the mentors they ask."""

    __tablename__ = "mentee_profile"
    __table_args__ = (sa.ForeignKeyConstraint(["org_id", "affiliation_id"], ["affiliation.org_id", "affiliation.id"]),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    affiliation_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    goals: Mapped[list[str]] = mapped_column(default=list)
    seeking: Mapped[str] = mapped_column(default="")
    experience: Mapped[str] = mapped_column(default="")
    function: Mapped[str | None] = mapped_column(sa.String(60))
    languages: Mapped[list[str]] = mapped_column(default=list)
    place: Mapped[str] = mapped_column(sa.String(80), default="")
    saved_in: Mapped[str] = mapped_column(sa.String(32), default="")
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


SCORE_BANDS = (
    "score >= 985",
    "score >= 970 AND score < 985",
    "score >= 950 AND score < 970",
    "score >= 880 AND score < 950",
    "score >= 700 AND score < 880",
    "score < 700",
)


class Card(Base):
    """The public face of a published profile: exactly what others may see, and what the directory searches.

    ``chosen`` holds the audiences its mentor chose; ``aud`` those among them that the firm may use now, kept by the
    database (``0``: every firm in the marketplace). ``facets`` and ``search`` say the same things, one for counting and
    one for finding. ``score`` orders candidates before the query is looked at (0–1000); each band of it has an index of
    its own, so that the best are found first. Full mentors keep their card; ``room`` is then 0.
    """

    __tablename__ = "card"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "mentor_id"], ["mentor_profile.org_id", "mentor_profile.id"]),
        sa.Index("ix_card_mentor_id", "mentor_id"),
        *(
            sa.Index(
                f"ix_card_band_{number}",
                "aud",
                "search",
                postgresql_using="gin",
                postgresql_where=sa.text(band),
                postgresql_with={"fastupdate": "off"},
            )
            for number, band in enumerate(SCORE_BANDS, 1)
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    mentor_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    chosen: Mapped[list[int]]
    aud: Mapped[list[int]]
    score: Mapped[int] = mapped_column(sa.SmallInteger, default=500)
    room: Mapped[int] = mapped_column(sa.SmallInteger)
    capacity: Mapped[int] = mapped_column(sa.SmallInteger)
    name: Mapped[str] = mapped_column(sa.String(120))
    firm: Mapped[str] = mapped_column(sa.String(120))
    title: Mapped[str]
    headline: Mapped[str]
    skills: Mapped[list[str]]
    own_words: Mapped[list[str]]
    languages: Mapped[list[str]]
    function: Mapped[str | None] = mapped_column(sa.String(60))
    industries: Mapped[list[str]]
    seniority: Mapped[str | None] = mapped_column(sa.String(60))
    forms: Mapped[list[str]]
    place: Mapped[str] = mapped_column(sa.String(80))
    remote: Mapped[bool]
    in_person: Mapped[bool]
    cadence: Mapped[str | None] = mapped_column(sa.String(40))
    board_mandates: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(sa.String(60))
    photo: Mapped[str | None] = mapped_column(sa.String(64))
    story_html: Mapped[str] = mapped_column(default="", deferred=True)
    facets: Mapped[list[str]]
    search: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    published_at: Mapped[datetime]
    active_at: Mapped[datetime]


class SavedMentor(Base):
    """A mentee's shortlist."""

    __tablename__ = "saved_mentor"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    mentor_org_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    mentor_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class QueuePlace(Base):
    """A mentee waits for a full mentor to have room; first come, first told."""

    __tablename__ = "queue_place"
    __table_args__ = (sa.Index("ix_queue_place_mentor", "mentor_org_id", "mentor_id", "created_at"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    mentor_org_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    mentor_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    told_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
