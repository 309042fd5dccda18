"""The confirmed relationship."""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class MentorshipState(enum.StrEnum):
    running = "running"
    paused = "paused"
    ended = "ended"


def _as_asked(column: str) -> Callable[[Any], Any]:
    """At first each works where they worked when the request was made."""
    return lambda context: context.get_current_parameters()[column]


class Mentorship(Base):
    """Two people said yes. Kept with the firm the mentee asked from (``org_id``); born of one request.

    ``mentee_employer_id`` and ``mentor_employer_id`` say where the two work now, and so which coordinators may know of it;
    empty while a person is between employers. ``ends_on`` is the planned last day, once agreed; ``paused_at`` when the present
    pause began: no clock of the pair runs while it is set. Of a cohort's pair, the database takes up ``cohort_org_id``,
    ``cohort_id`` and the programme's length when it begins.
    """

    __tablename__ = "mentorship"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "request_id"], ["mentoring_request.org_id", "mentoring_request.id"]),
        sa.ForeignKeyConstraint(["cohort_org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.Index("ix_mentorship_cohort_id", "cohort_id", postgresql_where=sa.text("cohort_id IS NOT NULL")),
        sa.UniqueConstraint("org_id", "request_id"),
        # What a pair writes carries its two people, and is tied to them here: its policy then asks no other table.
        sa.UniqueConstraint("org_id", "id", "mentee_person_id", "mentor_person_id", name="uq_mentorship_pair"),
        sa.Index("ix_mentorship_mentee_person_id", "mentee_person_id"),
        sa.Index("ix_mentorship_mentor_person_id", "mentor_person_id"),
        sa.Index("ix_mentorship_mentor_org_id", "mentor_org_id"),
        sa.Index("ix_mentorship_ends_on", "ends_on", postgresql_where=sa.text("state = 'running'")),
        sa.Index("ix_mentorship_mentee_employer_id", "mentee_employer_id"),
        sa.Index("ix_mentorship_mentor_employer_id", "mentor_employer_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    request_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentee_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    mentor_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    mentor_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    mentee_employer_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id"), default=_as_asked("org_id")
    )
    mentor_employer_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id"), default=_as_asked("mentor_org_id")
    )
    form: Mapped[str] = mapped_column(sa.String(40))
    cadence: Mapped[str | None] = mapped_column(sa.String(40))
    state: Mapped[MentorshipState] = mapped_column(default=MentorshipState.running)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ends_on: Mapped[date | None]
    paused_at: Mapped[datetime | None]
    cohort_org_id: Mapped[int | None]
    cohort_id: Mapped[int | None] = mapped_column(sa.BigInteger)

    @property
    def pair_key(self) -> dict[str, int]:
        """What every row of the pair carries (see ``OfPair``)."""
        return {
            "org_id": self.org_id,
            "mentorship_id": self.id,
            "mentee_person_id": self.mentee_person_id,
            "mentor_person_id": self.mentor_person_id,
        }


class OfPair:
    """A row that belongs to one mentorship and carries its two people, so that its policy looks at the row alone.

    Its table names ``to_pair()`` among its arguments: the database refuses other people than the pair's.
    """

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    mentorship_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentee_person_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger)


PAIR = ("org_id", "mentorship_id", "mentee_person_id", "mentor_person_id")


def to_pair(**options: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        PAIR,
        ["mentorship.org_id", "mentorship.id", "mentorship.mentee_person_id", "mentorship.mentor_person_id"],
        **options,
    )


class QuestionReason(enum.StrEnum):
    employer_changed = "employer_changed"
    firm_left = "firm_left"
    resumption = "resumption"


class Answer(enum.StrEnum):
    go_on = "continue"
    pause = "pause"
    end = "end"


class MentorshipQuestion(Base):
    """Both people of a pair are asked how it goes on. ``outcome`` is what came of it; nobody learns who said what."""

    __tablename__ = "mentorship_question"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "mentorship_id"], ["mentorship.org_id", "mentorship.id"]),
        sa.Index(
            "uq_mentorship_question_open",
            "org_id",
            "mentorship_id",
            unique=True,
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    mentorship_id: Mapped[int] = mapped_column(sa.BigInteger)
    why: Mapped[QuestionReason]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[Answer | None]


class MentorshipAnswer(Base):
    """What one of the two answered; theirs to read, and the clock's to count."""

    __tablename__ = "mentorship_answer"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "question_id"], ["mentorship_question.org_id", "mentorship_question.id"]),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    answer: Mapped[Answer]
    answered_at: Mapped[datetime]
