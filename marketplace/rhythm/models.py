"""The pulse of a pair, the check-ins it is asked, its pauses and what it agreed on its end."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.mentorships.models import OfPair, to_pair
from tenants.shared.database import Base

QUIET_DAYS = 45
"""Days without a sign of life after which a pair is asked kindly, unless its organisation says otherwise."""


class Pulse(Base):
    """When a pair gave a sign of life, and when it is next asked something. Metadata: no word, no meeting, no message.

    A trigger on the mentorship makes the row and stops its clocks with the pair's pause or end. ``paused_at`` stays until
    the worker has moved what was due by the length of the pause, so that no clock strikes in between.
    """

    __tablename__ = "mentorship_pulse"
    __table_args__ = (
        to_pair(ondelete="CASCADE"),
        sa.Index(
            "ix_mentorship_pulse_check_in",
            "org_id",
            "check_in_at",
            postgresql_where=sa.text("check_in_at IS NOT NULL AND paused_at IS NULL"),
        ),
        sa.Index(
            "ix_mentorship_pulse_review",
            "org_id",
            "review_at",
            postgresql_where=sa.text("review_at IS NOT NULL AND paused_at IS NULL"),
        ),
        sa.Index(
            "ix_mentorship_pulse_quiet",
            "org_id",
            "last_sign_at",
            postgresql_where=sa.text("nudged_at IS NULL AND paused_at IS NULL AND NOT over"),
        ),
        sa.Index(
            "ix_mentorship_pulse_nudged",
            "org_id",
            "nudged_at",
            postgresql_where=sa.text("nudged_at IS NOT NULL AND hinted_at IS NULL AND paused_at IS NULL AND NOT over"),
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    mentorship_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    mentee_person_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger)
    last_sign_at: Mapped[datetime]
    nudged_at: Mapped[datetime | None]
    hinted_at: Mapped[datetime | None]
    coordinator_nudged_at: Mapped[datetime | None]
    check_in_at: Mapped[datetime | None]
    review_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    over: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Occasion(enum.StrEnum):
    check_in = "check_in"
    review = "review"


class CheckIn(OfPair, Base):
    """Both are asked a few questions. After ``closes_at`` it lapses, and nobody is told."""

    __tablename__ = "check_in"
    __table_args__ = (
        to_pair(),
        sa.UniqueConstraint("org_id", "id", "mentorship_id", name="uq_check_in_of_pair"),
        sa.Index("ix_check_in_mentorship_id", "org_id", "mentorship_id", "asked_at"),
    )

    occasion: Mapped[Occasion]
    asked_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class CheckInAnswer(OfPair, Base):
    """What one of the two answered. ``shared``: the other reads it too; else its author alone.

    ``said`` holds the words by question. Of a review, the database shares both answers once there are two.
    """

    __tablename__ = "check_in_answer"
    __table_args__ = (
        to_pair(),
        sa.ForeignKeyConstraint(
            ["org_id", "check_in_id", "mentorship_id"], ["check_in.org_id", "check_in.id", "check_in.mentorship_id"]
        ),
        sa.UniqueConstraint("org_id", "check_in_id", "author_person_id", name="uq_check_in_answer_author"),
        sa.CheckConstraint("how BETWEEN 1 AND 5", name="how_is_one_to_five"),
        sa.Index("ix_check_in_answer_author_person_id", "author_person_id"),
    )

    check_in_id: Mapped[int] = mapped_column(sa.BigInteger)
    author_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    how: Mapped[int | None] = mapped_column(sa.SmallInteger)
    said: Mapped[dict[str, Any]] = mapped_column(JSONB)
    shared: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime]


class ExtensionState(enum.StrEnum):
    open = "open"
    agreed = "agreed"
    declined = "declined"
    withdrawn = "withdrawn"


class Extension(OfPair, Base):
    """One of the two proposes a later last day; the other agrees or not, until ``closes_at``."""

    __tablename__ = "mentorship_extension"
    __table_args__ = (
        to_pair(),
        sa.Index(
            "uq_mentorship_extension_open",
            "org_id",
            "mentorship_id",
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_mentorship_extension_proposed_by_id", "proposed_by_id"),
    )

    proposed_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    ends_on: Mapped[date]
    state: Mapped[ExtensionState] = mapped_column(default=ExtensionState.open)
    proposed_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class PauseReason(enum.StrEnum):
    leave = "leave"
    parental_leave = "parental_leave"
    other = "other"


class PauseState(enum.StrEnum):
    planned = "planned"
    under_way = "under_way"
    over = "over"
    withdrawn = "withdrawn"


class Pause(OfPair, Base):
    """One of the two needs a rest from ``begins_on`` until about ``until_on``, when both are asked how it goes on.

    Why is between the two. ``act_on`` is the day on which the clock next does something about it.
    """

    __tablename__ = "mentorship_pause"
    __table_args__ = (
        to_pair(),
        sa.CheckConstraint("until_on > begins_on", name="days_in_order"),
        sa.Index(
            "uq_mentorship_pause_open",
            "org_id",
            "mentorship_id",
            unique=True,
            postgresql_where=sa.text("state IN ('planned', 'under_way')"),
        ),
        sa.Index("ix_mentorship_pause_act_on", "act_on", postgresql_where=sa.text("act_on IS NOT NULL")),
        sa.Index("ix_mentorship_pause_asked_by_id", "asked_by_id"),
    )

    asked_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    reason: Mapped[PauseReason]
    words: Mapped[str] = mapped_column(default="")
    begins_on: Mapped[date]
    until_on: Mapped[date]
    state: Mapped[PauseState] = mapped_column(default=PauseState.planned)
    act_on: Mapped[date | None]
    asked_at: Mapped[datetime]


class RhythmSetting(Base):
    """After how many days without a sign of life an organisation's pairs are asked kindly."""

    __tablename__ = "rhythm_setting"
    __table_args__ = (sa.CheckConstraint("quiet_days BETWEEN 14 AND 365", name="two_weeks_to_a_year"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    quiet_days: Mapped[int] = mapped_column(sa.SmallInteger)
