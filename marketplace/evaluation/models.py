"""What people say of their gender, how few people a figure may come from, and the figures that were let out."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base


class Gender(enum.StrEnum):
    woman = "woman"
    man = "man"
    another = "another"
    unsaid = "unsaid"


class EquityAnswer(Base):
    """What somebody says of themselves, for figures and nothing else. Theirs alone; withdrawn, the row is gone.

    ``statement``: the version of the statement of purpose (``purposes.yaml``) that they read.
    """

    __tablename__ = "equity_answer"

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    gender: Mapped[Gender]
    statement: Mapped[int] = mapped_column(sa.SmallInteger)
    given_at: Mapped[datetime]


class EvaluationSetting(Base):
    """What an organisation sets for the figures of the cohorts it runs. Without a row, ``MINIMUM_GROUP``."""

    __tablename__ = "evaluation_setting"
    __table_args__ = (sa.CheckConstraint("minimum_group BETWEEN 5 AND 100", name="never_below_five"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    minimum_group: Mapped[int] = mapped_column(sa.SmallInteger)


class FigureDrawing(Base):
    """The figures of whoever runs the cohorts (``org_id``) were drawn as of the beginning of a month (``drawn_on``)."""

    __tablename__ = "figure_drawing"
    __table_args__ = (sa.CheckConstraint("extract(day FROM drawn_on) = 1", name="first_of_a_month"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    drawn_on: Mapped[date] = mapped_column(primary_key=True)
    drawn_at: Mapped[datetime]


class ReleasedFigure(Base):
    """A row of figures that may be shown. What is withheld has no row, so that it cannot be told from what is not there.

    ``form`` empty, ``cohort_id`` or ``firm_id`` 0: of all. ``women`` or ``men`` None: withheld. ``least``: the
    smallest group of that day.
    """

    __tablename__ = "released_figure"
    __table_args__ = (
        sa.PrimaryKeyConstraint("org_id", "drawn_on", "side", "stage", "form", "cohort_id", "firm_id"),
        sa.CheckConstraint("people >= 5", name="never_below_five"),
        sa.Index("ix_released_figure_firm_id", "firm_id", "drawn_on"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    drawn_on: Mapped[date]
    side: Mapped[str] = mapped_column(sa.String(20))
    form: Mapped[str] = mapped_column(sa.String(40))
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    firm_id: Mapped[int]
    stage: Mapped[str] = mapped_column(sa.String(20))
    least: Mapped[int] = mapped_column(sa.SmallInteger)
    people: Mapped[int]
    women: Mapped[int | None]
    men: Mapped[int | None]


class AuditAtom(Base):
    """How many people all that one organisation was shown of one measure counts alike (see ``auditor``). The gate's alone."""

    __tablename__ = "audit_atom"
    __table_args__ = (sa.Index("ix_audit_atom_block", "org_id", "measure", "block"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    atom: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    block: Mapped[int] = mapped_column(sa.BigInteger)
    people: Mapped[int] = mapped_column(sa.BigInteger)


class AuditPlace(Base):
    """In which atom a unit (a person) is. The gate's alone.

    ``unit`` is no key of a person: somebody who is erased stays in what was shown, under a number that is nobody's.
    """

    __tablename__ = "audit_place"
    __table_args__ = (sa.Index("ix_audit_place_unit", "unit"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    unit: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    atom: Mapped[int] = mapped_column(sa.BigInteger)
