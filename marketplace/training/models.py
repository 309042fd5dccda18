"""Training: modules of a cohort in their order, how far each person is with them, and the certificate at the end."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.training.quizzes import Question
from tenants.shared.database import Base, new_id


class ModuleKind(enum.StrEnum):
    text = "text"
    video = "video"
    file = "file"
    quiz = "quiz"
    live = "live"


class TrainingModule(Base):
    """One step of a training, for those on one of ``sides``; ``place`` is its order.

    A quiz is passed at ``pass_percent`` of its questions, within ``tries`` attempts (0: any number). A live module is done by
    whoever came to the event ``event_id``; every other by saying so. ``required``: the training is done when all of these are.
    Removed modules stay, with what people did in them. ``competencies``: of a board member, those that it helps with.
    """

    __tablename__ = "training_module"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.ForeignKeyConstraint(["org_id", "cohort_id", "event_id"], ["event.org_id", "event.cohort_id", "event.id"]),
        sa.CheckConstraint("pass_percent BETWEEN 1 AND 100", name="percent"),
        sa.CheckConstraint("tries BETWEEN 0 AND 20", name="tries"),
        sa.Index("ix_training_module_cohort", "org_id", "cohort_id", "place"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[ModuleKind]
    place: Mapped[int] = mapped_column(sa.SmallInteger)
    sides: Mapped[list[str]]
    required: Mapped[bool] = mapped_column(default=True)
    title_en: Mapped[str] = mapped_column(sa.String(120), default="")
    title_fr: Mapped[str] = mapped_column(sa.String(120), default="")
    body_en: Mapped[str] = mapped_column(default="")
    body_fr: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    video_url: Mapped[str] = mapped_column(sa.String(500), default="")
    event_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    quiz: Mapped[dict[str, Any]] = mapped_column(default=dict)
    pass_percent: Mapped[int] = mapped_column(sa.SmallInteger, default=70)
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    competencies: Mapped[list[str]] = mapped_column(default=list, server_default="{}")

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(Question.model_validate(one) for one in self.quiz.get("questions", ()))

    def title(self, locale: str) -> str:
        return (self.title_fr or self.title_en) if locale.startswith("fr") else (self.title_en or self.title_fr)

    def body(self, locale: str) -> str:
        return (self.body_fr or self.body_en) if locale.startswith("fr") else (self.body_en or self.body_fr)


class TrainingProgress(Base):
    """How far one person is with one module; theirs alone to read. Coordinators learn done or not done, no more."""

    __tablename__ = "training_progress"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "module_id"], ["training_module.org_id", "training_module.id"]),
        sa.UniqueConstraint("org_id", "module_id", "person_id"),
        sa.Index("ix_training_progress_person_id", "person_id", "cohort_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    module_id: Mapped[int] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    best: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    done_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class QuizAnswer(Base):
    """What somebody answered at one attempt: ``answers`` is option numbers by question. Nobody else ever reads it."""

    __tablename__ = "quiz_answer"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "module_id"], ["training_module.org_id", "training_module.id"]),
        sa.UniqueConstraint("org_id", "module_id", "person_id", "attempt", name="uq_quiz_answer_attempt"),
        sa.Index("ix_quiz_answer_person_id", "person_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    module_id: Mapped[int] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    attempt: Mapped[int] = mapped_column(sa.SmallInteger)
    answers: Mapped[dict[str, Any]]
    percent: Mapped[int] = mapped_column(sa.SmallInteger)
    at: Mapped[datetime]


class TrainingCertificate(Base):
    """The paper of a training that is done; its person's alone.

    ``code`` is the address at which anybody who holds it learns whether it is valid; withdrawn by its person, it is not.
    """

    __tablename__ = "training_certificate"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "enrolment_id"], ["enrolment.org_id", "enrolment.id"]),
        sa.UniqueConstraint("code"),
        sa.Index("ix_training_certificate_person_id", "person_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    issued_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(sa.String(40))
    withdrawn_at: Mapped[datetime | None]
