"""Search firms that a network accredits."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id

STATEMENT_MOST = 2000


class SearchFirmAdmission(Base):
    """A network (``org_id``) lets a search firm look at the cards of candidates who show themselves to search firms.

    It holds once somebody of the firm has accepted the rules of discretion, through the day ``until_on`` and while it has not
    ended. One that ended stays, so that it can be said who could look, when, and why. Written by functions of the gate only.
    """

    __tablename__ = "search_firm_admission"
    __table_args__ = (
        sa.CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="accepted_by_somebody"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        sa.CheckConstraint(f"length(statement) BETWEEN 1 AND {STATEMENT_MOST}", name="says_why"),
        sa.Index(
            "uq_search_firm_admission_open",
            "org_id",
            "search_firm_id",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_search_firm_admission_search_firm_id", "search_firm_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    search_firm_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    statement: Mapped[str]
    """Why the network trusts the firm, in its own words; the firm reads it."""
    admitted_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    admitted_at: Mapped[datetime]
    until_on: Mapped[date]
    accepted_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
