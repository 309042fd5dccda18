"""What a line manager thinks of it, and why somebody left early."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base


class ManagerView(Base):
    """Two questions to a line manager about one enrolment; read by HR and by those who run the cohort, not by the person.

    ``has_time``: "yes", "with_effort" or "no"; empty until answered.
    """

    __tablename__ = "manager_view"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "enrolment_id"], ["enrolment.org_id", "enrolment.id"], ondelete="CASCADE"),
        sa.Index("ix_manager_view_manager_id", "manager_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    firm_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    manager_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    asked_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    has_time: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    words: Mapped[str] = mapped_column(default="", server_default="")


class DepartureReason(Base):
    """Why somebody left a cohort early, in their own words, for those who run it. Their employer never reads it."""

    __tablename__ = "departure_reason"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "enrolment_id"], ["enrolment.org_id", "enrolment.id"], ondelete="CASCADE"),
        sa.Index("ix_departure_reason_person_id", "person_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    words: Mapped[str]
    said_at: Mapped[datetime]
