"""What the organisation that runs a programme chose for its page."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base


class ProgrammePage(Base):
    """``names_firms``: the page names the organisations that take part; otherwise it says how many."""

    __tablename__ = "programme_page"
    __table_args__ = (sa.ForeignKeyConstraint(["org_id", "programme_id"], ["programme.org_id", "programme.id"]),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    names_firms: Mapped[bool] = mapped_column(default=False)
