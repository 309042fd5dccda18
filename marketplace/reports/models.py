"""The report of a cohort that has closed: where it stands, the figures that were let out, and the papers."""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base


class ReportState(enum.StrEnum):
    drawing = "drawing"
    ready = "ready"


STEPS = 5
"""Of the job: the figures, then the report and the evidence in two languages."""


class CohortReport(Base):
    """``facts``: all that the report says beside figures about people, as it was when it was drawn (``drawn_at``).

    ``done`` of ``STEPS`` steps are over while it is ``drawing``. ``asked_by_id`` empty: drawn because the cohort closed.
    """

    __tablename__ = "cohort_report"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    state: Mapped[ReportState] = mapped_column(default=ReportState.drawing)
    done: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    asked_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    drawn_at: Mapped[datetime | None]


class ReportFigure(Base):
    """A figure that may be handed on. What is withheld has no row, so that it cannot be told from what is not there.

    ``people`` (or pairs, or requests) stand behind it; ``amount`` is what they come to (meetings, minutes, women among them),
    empty where the figure is how many they are. ``firm_id`` 0: of all firms. ``side`` empty: of both.
    """

    __tablename__ = "report_figure"
    __table_args__ = (
        sa.PrimaryKeyConstraint("org_id", "cohort_id", "name", "side", "firm_id"),
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
        sa.CheckConstraint("people >= 5", name="never_below_five"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(40))
    side: Mapped[str] = mapped_column(sa.String(20))
    firm_id: Mapped[int]
    people: Mapped[int]
    amount: Mapped[Decimal | None]
    shown_at: Mapped[datetime]

    @property
    def value(self) -> int | float:
        return self.people if self.amount is None else float(self.amount) if self.amount % 1 else int(self.amount)


class ReportPaperKind(enum.StrEnum):
    report = "report"
    evidence = "evidence"


class ReportPaper(Base):
    """The report, or its evidence, as PDF/UA-1 in one language, as it was drawn."""

    __tablename__ = "report_paper"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    kind: Mapped[ReportPaperKind] = mapped_column(primary_key=True)
    locale: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    drawn_at: Mapped[datetime]
