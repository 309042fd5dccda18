"""Programmes, who takes part in them, their cohorts, and who is in a cohort."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.programmes.modalities import Form, Modalities, Phase, Side
from tenants.shared.database import Base, new_id


class ProgrammeState(enum.StrEnum):
    draft = "draft"
    open = "open"
    archived = "archived"


class Programme(Base):
    """What an organisation (``org_id``, a network or a company) runs for its people or its member firms.

    ``parties``: the organisations that take part, kept by the database from ``ProgrammeParty``; the wall shows an open
    programme to them. ``choices`` is a ``Modalities`` as JSON; ``version`` counts every change of it.
    """

    __tablename__ = "programme"
    __table_args__ = (sa.Index("ix_programme_parties", "parties", postgresql_using="gin"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    form: Mapped[Form]
    name_en: Mapped[str] = mapped_column(sa.String(120), default="")
    name_fr: Mapped[str] = mapped_column(sa.String(120), default="")
    state: Mapped[ProgrammeState] = mapped_column(default=ProgrammeState.draft)
    choices: Mapped[dict[str, Any]]
    parties: Mapped[list[int]] = mapped_column(default=list, server_default="{}")
    template: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def modalities(self) -> Modalities:
        return Modalities.model_validate(self.choices)

    def name(self, locale: str) -> str:
        return (self.name_fr or self.name_en) if locale.startswith("fr") else (self.name_en or self.name_fr)


class ProgrammeVersion(Base):
    """Names and modalities as somebody left them; never changed."""

    __tablename__ = "programme_version"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "programme_id"], ["programme.org_id", "programme.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name_en: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    name_fr: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    choices: Mapped[dict[str, Any]]
    saved_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    saved_at: Mapped[datetime]


class PartyState(enum.StrEnum):
    invited = "invited"
    active = "active"
    left = "left"


class ProgrammeParty(Base):
    """One organisation takes part in a programme: a member firm, the company itself, a school; with its own quota, if any."""

    __tablename__ = "programme_party"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "programme_id"], ["programme.org_id", "programme.id"], ondelete="CASCADE"),
        sa.Index("ix_programme_party_firm_id", "firm_id"),
        sa.CheckConstraint("max_mentors >= 0 AND max_mentees >= 0", name="not_negative"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    firm_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    state: Mapped[PartyState] = mapped_column(default=PartyState.active)
    is_school: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    max_mentors: Mapped[int | None]
    max_mentees: Mapped[int | None]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class ProgrammeLoan(Base):
    """A network lends a programme's design to its member firms, as it was on that day, until it takes it back."""

    __tablename__ = "programme_loan"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "programme_id"], ["programme.org_id", "programme.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    name_en: Mapped[str] = mapped_column(sa.String(120))
    name_fr: Mapped[str] = mapped_column(sa.String(120))
    choices: Mapped[dict[str, Any]]
    lent_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    lent_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    @property
    def modalities(self) -> Modalities:
        return Modalities.model_validate(self.choices)

    def name(self, locale: str) -> str:
        return (self.name_fr or self.name_en) if locale.startswith("fr") else (self.name_en or self.name_fr)


class ProgrammeAsking(Base):
    """An organisation was asked, by its address, to take part; gone once it has answered.

    ``firm_id`` is empty where no organisation has that address; pages cannot read it, so that asking tells nothing.
    """

    __tablename__ = "programme_asking"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "programme_id"], ["programme.org_id", "programme.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    firm_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), deferred=True)
    is_school: Mapped[bool]
    asked_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]


class CohortState(enum.StrEnum):
    draft = "draft"
    open = "open"
    closed = "closed"
    cancelled = "cancelled"


class Cohort(Base):
    """One intake of a programme. ``form``, ``parties`` and ``choices`` are the programme's of the day it opened.

    ``runner_told_on``: when those who run it were last written what waits for them.
    """

    __tablename__ = "cohort"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "programme_id"], ["programme.org_id", "programme.id"]),
        sa.UniqueConstraint("org_id", "programme_id", "ordinal"),
        sa.CheckConstraint("ordinal >= 1", name="counts_from_one"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    programme_id: Mapped[int] = mapped_column(sa.BigInteger)
    ordinal: Mapped[int] = mapped_column(sa.SmallInteger)
    is_pilot: Mapped[bool] = mapped_column(default=False)
    form: Mapped[Form]
    state: Mapped[CohortState] = mapped_column(default=CohortState.draft)
    choices: Mapped[dict[str, Any]]
    parties: Mapped[list[int]] = mapped_column(default=list, server_default="{}")
    launch_on: Mapped[date]
    runner_told_on: Mapped[date | None]
    created_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def modalities(self) -> Modalities:
        return Modalities.model_validate(self.choices)


class CohortPhase(Base):
    """A phase of a cohort's timeline: begins on its day, or when somebody opens it; never skipped unless somebody says so."""

    __tablename__ = "cohort_phase"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
        sa.Index(
            "ix_cohort_phase_due",
            "starts_on",
            postgresql_where=sa.text("by_hand = false AND opened_at IS NULL AND skipped_at IS NULL"),
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    phase: Mapped[Phase] = mapped_column(primary_key=True)
    starts_on: Mapped[date]
    by_hand: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    skipped_at: Mapped[datetime | None]


class EnrolmentState(enum.StrEnum):
    nominated = "nominated"
    awaiting_employer = "awaiting_employer"
    awaiting_decision = "awaiting_decision"
    waiting = "waiting"
    enrolled = "enrolled"
    completed = "completed"
    declined = "declined"
    refused = "refused"
    withdrawn = "withdrawn"
    dropped_out = "dropped_out"
    expired = "expired"


ON_THE_WAY = frozenset(
    {
        EnrolmentState.nominated,
        EnrolmentState.awaiting_employer,
        EnrolmentState.awaiting_decision,
        EnrolmentState.waiting,
    }
)
"""Somebody still has to say something before the person is in."""

COUNTED = ON_THE_WAY | {EnrolmentState.enrolled, EnrolmentState.completed}
"""One person is in a cohort once on a side: of these states there is one row at most."""


class WayIn(enum.StrEnum):
    nomination = "nomination"
    application = "application"
    invitation = "invitation"


class Enrolment(Base):
    """A person's way into a cohort and their time in it.

    Belongs to the organisation that runs the cohort; ``firm_id`` is the employer (or school) the person takes part for, empty
    between employers. ``places``: how many mentees a mentor takes here. ``due_at``: when the present state runs out;
    ``state_at``: since when it holds (empty: since the row was made).
    ``reason`` is a word of ours, ``answer`` the words that explain it to the person. ``confirmed``: what whoever applied, or
    nominated, said is true, as they read it.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.ForeignKeyConstraint(["org_id", "replaces_id"], ["enrolment.org_id", "enrolment.id"]),
        sa.Index(
            "uq_enrolment_once",
            "org_id",
            "cohort_id",
            "person_id",
            "side",
            unique=True,
            postgresql_where=sa.text(
                "state IN ('nominated', 'awaiting_employer', 'awaiting_decision', 'waiting', 'enrolled', 'completed')"
            ),
        ),
        sa.Index("ix_enrolment_board", "org_id", "cohort_id", "state", "id"),
        sa.Index("ix_enrolment_cohort_id", "org_id", "cohort_id", "id"),
        sa.Index("ix_enrolment_counts", "org_id", "cohort_id", "state", "side"),
        sa.Index("ix_enrolment_person_id", "person_id"),
        sa.Index("ix_enrolment_firm_id", "firm_id", "cohort_id"),
        sa.Index("ix_enrolment_due_at", "org_id", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
        sa.CheckConstraint("places BETWEEN 0 AND 5", name="places_from_none_to_five"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    firm_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    side: Mapped[Side]
    way_in: Mapped[WayIn]
    state: Mapped[EnrolmentState]
    places: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    nominated_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    consented_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    enrolled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    answer: Mapped[str] = mapped_column(default="", server_default="")
    confirmed: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    replaces_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    trained_at: Mapped[datetime | None]
    state_at: Mapped[datetime | None]
    nudged_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
