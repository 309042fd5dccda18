"""Versions of questionnaires, rounds in which a cohort's people are asked, who was asked, and what was answered.

Where anonymity was promised an answer has no person, no time and no number that grows. It lies in ``round_box`` while the
round is open, which nobody reads, and is moved with all the others, shuffled, when the round closes.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class Moment(enum.StrEnum):
    start = "start"
    mid_point = "mid_point"
    end = "end"
    after_12_months = "after_12_months"
    after_24_months = "after_24_months"


class Audience(enum.StrEnum):
    mentor = "mentor"
    mentee = "mentee"
    peer = "peer"
    hr_partner = "hr_partner"
    manager = "manager"


class RoundState(enum.StrEnum):
    planned = "planned"
    open = "open"
    closed = "closed"
    cancelled = "cancelled"


class QuestionnaireVersion(Base):
    """What was asked, word for word, and the promise that went with it; never changed (a trigger).

    ``content`` is a ``Design`` as JSON. ``promise_en`` and ``promise_fr`` are what stood before the first question.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "programme_id"], ["programme.org_id", "programme.id"]),
        sa.UniqueConstraint("org_id", "programme_id", "moment", "audience", "number", name="uq_questionnaire_number"),
        sa.UniqueConstraint("org_id", "id", "anonymous", name="uq_questionnaire_promise"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    programme_id: Mapped[int] = mapped_column(sa.BigInteger)
    moment: Mapped[Moment]
    audience: Mapped[Audience]
    number: Mapped[int] = mapped_column(sa.SmallInteger)
    anonymous: Mapped[bool]
    promise_en: Mapped[str]
    promise_fr: Mapped[str]
    content: Mapped[dict[str, Any]]
    published_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    published_at: Mapped[datetime]


class QuestionnaireRound(Base):
    """One audience of a cohort is asked one questionnaire, from a day to the end of another in ``zone``.

    ``version_id`` is what those are asked who begin now; whoever began with an earlier one keeps it. ``remind_at``: when those
    who have not answered are next written to.
    """

    __tablename__ = "questionnaire_round"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.ForeignKeyConstraint(
            ["org_id", "version_id", "anonymous"],
            ["questionnaire_version.org_id", "questionnaire_version.id", "questionnaire_version.anonymous"],
            name="fk_questionnaire_round_version",
        ),
        sa.CheckConstraint("closes_at > opens_at", name="opens_before_it_closes"),
        sa.Index(
            "uq_questionnaire_round_once",
            "org_id",
            "cohort_id",
            "moment",
            "audience",
            unique=True,
            postgresql_where=sa.text("state <> 'cancelled'"),
        ),
        sa.Index("ix_questionnaire_round_due", "opens_at", postgresql_where=sa.text("state IN ('planned', 'open')")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    version_id: Mapped[int] = mapped_column(sa.BigInteger)
    anonymous: Mapped[bool]
    moment: Mapped[Moment]
    audience: Mapped[Audience]
    state: Mapped[RoundState] = mapped_column(default=RoundState.planned)
    closes_on: Mapped[date]
    zone: Mapped[str] = mapped_column(sa.String(60))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    remind_at: Mapped[datetime | None]
    created_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]


class RoundInvitation(Base):
    """Somebody may answer a round once; ``answered`` says that they did, and no column says when."""

    __tablename__ = "round_invitation"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "round_id"], ["questionnaire_round.org_id", "questionnaire_round.id"]),
        sa.Index("ix_round_invitation_person_id", "person_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    answered: Mapped[bool] = mapped_column(default=False)


class RoundResponse(Base):
    """A named answer, or what somebody has kept of one so far (``given_at`` is empty)."""

    __tablename__ = "round_response"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "round_id"], ["questionnaire_round.org_id", "questionnaire_round.id"]),
        sa.ForeignKeyConstraint(["org_id", "version_id"], ["questionnaire_version.org_id", "questionnaire_version.id"]),
        sa.Index("ix_round_response_person_id", "person_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.BigInteger)
    content: Mapped[dict[str, Any]]
    marks: Mapped[list[str]] = mapped_column(ARRAY(sa.Text()), default=list, server_default="{}")
    given_at: Mapped[datetime | None]


class _Blind:
    """``marks`` are ``question:option``, so that they are counted without being read; ``id`` is random."""

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.BigInteger)


class RoundBox(_Blind, Base):
    """An anonymous answer of a round that is open."""

    __tablename__ = "round_box"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "round_id"], ["questionnaire_round.org_id", "questionnaire_round.id"]),
        sa.Index("ix_round_box_round_id", "org_id", "round_id"),
    )

    version_id: Mapped[int] = mapped_column(sa.BigInteger)
    marks: Mapped[list[str]]
    words: Mapped[dict[str, Any]]


class RoundAnswer(_Blind, Base):
    """What was chosen in an anonymous answer of a round that has closed."""

    __tablename__ = "round_answer"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "round_id"], ["questionnaire_round.org_id", "questionnaire_round.id"]),
        sa.Index("ix_round_answer_round_id", "org_id", "round_id"),
    )

    version_id: Mapped[int] = mapped_column(sa.BigInteger)
    marks: Mapped[list[str]]


class RoundWords(_Blind, Base):
    """What somebody wrote in a round that has closed, apart from whatever else they answered."""

    __tablename__ = "round_words"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "round_id"], ["questionnaire_round.org_id", "questionnaire_round.id"]),
        sa.Index("ix_round_words_round_id", "org_id", "round_id"),
    )

    question: Mapped[str] = mapped_column(sa.String(60))
    words: Mapped[str]


class RoundFigure(Base):
    """How many of those who answered a closed round gave one of ``answers``; the auditor let it out.

    All figures of one ``question`` and ``part`` (a row of a matrix, an option of several) add up to all who answered. The empty
    answer is none. The empty question: all who answered. ``least``: the smallest group of that day. What is withheld has no row.
    """

    __tablename__ = "round_figure"
    __table_args__ = (
        sa.PrimaryKeyConstraint("org_id", "round_id", "question", "part", "place"),
        sa.ForeignKeyConstraint(["org_id", "round_id"], ["questionnaire_round.org_id", "questionnaire_round.id"]),
        sa.CheckConstraint("people >= 5", name="never_below_five"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    round_id: Mapped[int] = mapped_column(sa.BigInteger)
    question: Mapped[str] = mapped_column(sa.String(40))
    part: Mapped[str] = mapped_column(sa.String(40))
    place: Mapped[int] = mapped_column(sa.SmallInteger)
    answers: Mapped[list[str]]
    people: Mapped[int]
    least: Mapped[int] = mapped_column(sa.SmallInteger)
