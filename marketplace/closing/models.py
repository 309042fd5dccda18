"""How a mentorship ends: the closing that is planned, each one's look back, words for a coordinator, the certificate."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.mentorships.models import OfPair, to_pair
from tenants.shared.database import Base


class ClosureOutcome(enum.StrEnum):
    closed = "closed"
    extended = "extended"
    withdrawn = "withdrawn"
    superseded = "superseded"


class MentorshipClosure(OfPair, Base):
    """A closing that is planned: proposed by one of the two, or by the clock for the planned last day (``ends_on``).

    The clock's closes by itself after ``due_on``, unless the last day moved; a person's closes when the other agrees
    (``agreed_at``). A no-fault ending leaves no row: nothing here says who wished it.
    """

    __tablename__ = "mentorship_closure"
    __table_args__ = (
        to_pair(),
        sa.Index(
            "uq_mentorship_closure_proposed",
            "org_id",
            "mentorship_id",
            unique=True,
            postgresql_where=sa.text("settled_at IS NULL AND proposed_by_person_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_mentorship_closure_day",
            "org_id",
            "mentorship_id",
            "ends_on",
            unique=True,
            postgresql_where=sa.text("settled_at IS NULL AND ends_on IS NOT NULL"),
        ),
    )

    proposed_by_person_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    ends_on: Mapped[date | None]
    due_on: Mapped[date | None]
    asked_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[ClosureOutcome | None]


class NamesShown(enum.StrEnum):
    """How one agrees to be named on the certificate; of two choices the more careful one holds."""

    names = "names"
    initials = "initials"


class LookBack(OfPair, Base):
    """What one of the two writes at the end, for both to read; and what they agree to show on a certificate.

    ``names_shown`` empty: this person wants no certificate (yet).
    """

    __tablename__ = "look_back"
    __table_args__ = (
        to_pair(),
        sa.UniqueConstraint("org_id", "mentorship_id", "person_id", name="uq_look_back_person"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    helped: Mapped[str]
    changed: Mapped[str]
    next_step: Mapped[str]
    thanks: Mapped[str]
    names_shown: Mapped[NamesShown | None]
    firms_shown: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]


class Certificate(OfPair, Base):
    """What both agreed to show, and no more: initials where one wished so, no organisations unless both wished them.

    ``code`` is the address that verifies it, 125 random bits. Withdrawn, it holds nothing any more.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        to_pair(),
        sa.UniqueConstraint("code"),
        sa.Index(
            "uq_certificate_live",
            "org_id",
            "mentorship_id",
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    code: Mapped[str] = mapped_column(sa.String(40))
    mentee: Mapped[str] = mapped_column(sa.String(120))
    mentor: Mapped[str] = mapped_column(sa.String(120))
    mentee_firm: Mapped[str] = mapped_column(sa.String(120))
    mentor_firm: Mapped[str] = mapped_column(sa.String(120))
    form: Mapped[str] = mapped_column(sa.String(40))
    started_on: Mapped[date]
    ended_on: Mapped[date]
    issued_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class NoteKind(enum.StrEnum):
    reason = "reason"
    feedback = "feedback"


class CoordinatorNote(OfPair, Base):
    """Words for the coordinators of the author's own employer: why it ended early, or how it was. Never for the other one."""

    __tablename__ = "coordinator_note"
    __table_args__ = (to_pair(), sa.Index("ix_coordinator_note_employer_id", "employer_id"))

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    employer_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    kind: Mapped[NoteKind]
    body: Mapped[str]
    created_at: Mapped[datetime]
