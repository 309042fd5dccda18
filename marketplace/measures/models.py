"""Measures that were let out, what a cohort costs, and who reads a dashboard by letter."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base


class MeasureDrawing(Base):
    """The measures of whoever runs the cohorts (``org_id``) were drawn as of the beginning of a month (``drawn_on``)."""

    __tablename__ = "measure_drawing"
    __table_args__ = (sa.CheckConstraint("extract(day FROM drawn_on) = 1", name="first_of_a_month"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    drawn_on: Mapped[date] = mapped_column(primary_key=True)
    drawn_at: Mapped[datetime]


class ReleasedMeasure(Base):
    """A measure that may be shown: of ``units``, the sum of what each counts as, and the sum of its squares.

    Of a share each counts as 1 or 0, so ``total`` is how many did. ``side``: of the firm's mentees, or of its mentors; empty
    where no firm is meant. ``form`` empty, ``cohort_id`` or ``firm_id`` 0: of all. What is withheld has no row.
    """

    __tablename__ = "released_measure"
    __table_args__ = (
        sa.PrimaryKeyConstraint("org_id", "side", "form", "cohort_id", "firm_id", "measure", "drawn_on"),
        sa.CheckConstraint("units >= 5", name="never_below_five"),
        sa.Index("ix_released_measure_firm_id", "firm_id", "org_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    side: Mapped[str] = mapped_column(sa.String(20))
    form: Mapped[str] = mapped_column(sa.String(40))
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    firm_id: Mapped[int]
    measure: Mapped[str] = mapped_column(sa.String(40))
    drawn_on: Mapped[date]
    least: Mapped[int] = mapped_column(sa.SmallInteger)
    units: Mapped[int]
    total: Mapped[Decimal] = mapped_column(sa.Numeric)
    squares: Mapped[Decimal] = mapped_column(sa.Numeric)


class CohortCost(Base):
    """What a cohort costs whoever runs it, as they typed it; ``covers``: what is in it."""

    __tablename__ = "cohort_cost"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.CheckConstraint("cents > 0", name="costs_something"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    cents: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    covers: Mapped[str] = mapped_column(sa.String(300))
    set_at: Mapped[datetime]


class Every(enum.StrEnum):
    week = "week"
    month = "month"


class DashboardDigest(Base):
    """Somebody reads the dashboard by letter: the next one goes on ``next_on``, a Monday or the second of a month."""

    __tablename__ = "dashboard_digest"
    __table_args__ = (
        sa.Index("ix_dashboard_digest_person_id", "person_id"),
        sa.Index("ix_dashboard_digest_next_on", "next_on"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    every: Mapped[Every]
    next_on: Mapped[date]
