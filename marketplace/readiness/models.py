"""How ready a candidate is for a board, as they and their mentor see it, and what the candidate does about it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.mentorships.models import to_pair
from marketplace.readiness.answers import Levels
from tenants.shared.database import Base, new_id

EVIDENCE_MOST, WHY_MOST, TITLE_MOST = 1000, 1000, 200
MOST_BOARDS, MOST_READINGS = 30, 60


class Moment(enum.StrEnum):
    """In this order."""

    start = "start"
    middle = "middle"
    end = "end"


class OfCandidate:
    """A row of one candidate's in one cohort, by their enrolment; kept where they worked when it was made."""

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_org_id: Mapped[int]
    enrolment_id: Mapped[int] = mapped_column(sa.BigInteger)


def to_enrolment() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["cohort_org_id", "enrolment_id"], ["enrolment.org_id", "enrolment.id"], ondelete="CASCADE"
    )


class ReadinessAssessment(OfCandidate, Base):
    """What the candidate (``mentee_person_id``) or their mentor says of the candidate at one moment of the cohort.

    ``levels`` and ``evidence`` are by competency (``Levels``). A draft is its author's alone and is saved as they write; given
    (``given_at``), it never changes. ``shown_to`` is set by the database once both have given theirs for that moment, for both at
    once; from then on the candidate's carries the pair, so that its words go with the pair's.
    """

    __tablename__ = "readiness_assessment"
    __table_args__ = (
        to_enrolment(),
        to_pair(),
        sa.UniqueConstraint(
            "cohort_org_id", "enrolment_id", "moment", "author_person_id", name="uq_readiness_assessment_once"
        ),
        sa.CheckConstraint("cardinality(shown_to) = 0 OR given_at IS NOT NULL", name="shown_when_given"),
        sa.CheckConstraint("(mentor_person_id IS NULL) = (mentorship_id IS NULL)", name="whole_pair"),
        sa.CheckConstraint(
            "author_person_id = mentee_person_id OR author_person_id = mentor_person_id", name="by_one_of_the_two"
        ),
        sa.Index("ix_readiness_assessment_author_person_id", "author_person_id"),
        sa.Index("ix_readiness_assessment_mentorship_id", "org_id", "mentorship_id"),
    )

    mentorship_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    mentee_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    mentor_person_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    author_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    moment: Mapped[Moment]
    levels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    shown_to: Mapped[list[int]] = mapped_column(sa.ARRAY(sa.BigInteger), default=list, server_default="{}")
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    given_at: Mapped[datetime | None]

    @property
    def by_candidate(self) -> bool:
        return self.author_person_id == self.mentee_person_id

    @property
    def said(self) -> Levels:
        return Levels.model_validate({"levels": self.levels, "evidence": self.evidence})


class ReadinessPlan(OfCandidate, Base):
    """What the candidate aims at. ``commitments`` is a ``Commitments``; ``shows_boards``: to their mentor."""

    __tablename__ = "readiness_plan"
    __table_args__ = (
        to_enrolment(),
        sa.UniqueConstraint("cohort_org_id", "enrolment_id", name="uq_readiness_plan_once"),
        sa.CheckConstraint("days_available BETWEEN 0 AND 366", name="days_of_a_year"),
        sa.Index("ix_readiness_plan_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    target_role: Mapped[str] = mapped_column(sa.String(40), default="")
    days_available: Mapped[int | None] = mapped_column(sa.SmallInteger)
    commitments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    shows_boards: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]


class ReadinessReading(OfCandidate, Base):
    """A reading on the candidate's path: one of ours (``key``) that they have done, or one of their own (``key`` empty)."""

    __tablename__ = "readiness_reading"
    __table_args__ = (
        to_enrolment(),
        sa.Index(
            "uq_readiness_reading_key",
            "cohort_org_id",
            "enrolment_id",
            "key",
            unique=True,
            postgresql_where=sa.text("key <> ''"),
        ),
        sa.Index("ix_readiness_reading_enrolment_id", "cohort_org_id", "enrolment_id"),
        sa.Index("ix_readiness_reading_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(60), default="")
    competency: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(TITLE_MOST), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class BoardState(enum.StrEnum):
    idea = "idea"
    introduction = "introduction"
    approached = "approached"
    talking = "talking"
    appointed = "appointed"
    closed = "closed"


class TargetBoard(OfCandidate, Base):
    """A board the candidate would like to sit on, by kind or by name."""

    __tablename__ = "target_board"
    __table_args__ = (
        to_enrolment(),
        sa.Index("ix_target_board_enrolment_id", "cohort_org_id", "enrolment_id"),
        sa.Index("ix_target_board_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    sector: Mapped[str] = mapped_column(sa.String(60))
    size: Mapped[str] = mapped_column(sa.String(20), default="")
    country: Mapped[str] = mapped_column(sa.String(80), default="")
    why: Mapped[str] = mapped_column(default="")
    state: Mapped[BoardState] = mapped_column(default=BoardState.idea)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
