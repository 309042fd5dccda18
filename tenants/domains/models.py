"""The e-mail domains of a firm, and how it proved that they are its own."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class DomainMethod(enum.StrEnum):
    letter = "letter"
    dns = "dns"


class Domain(Base):
    """One domain. ``verified_at`` is written by the database's gate (a code) or the worker (DNS), never by a page.

    ``code_hash`` cannot be read back by the pages. ``answer``: what the last look at the DNS said (see ``jobs``).
    ``failed_looks``: how often in a row the record of a proved domain was not there; ``lost_at``: since when the domain is
    marked for it. It stays proved.
    """

    __tablename__ = "domain"
    __table_args__ = (
        sa.UniqueConstraint("org_id", "name"),
        sa.Index("uq_domain_verified", "name", unique=True, postgresql_where=sa.text("verified_at IS NOT NULL")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(253))
    dns_token: Mapped[str] = mapped_column(sa.String(64))
    code_hash: Mapped[bytes | None] = mapped_column(deferred=True)
    code_sent_to: Mapped[str] = mapped_column(sa.String(254), server_default="")
    code_sent_at: Mapped[datetime | None]
    code_expires_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    checked_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(sa.String(40), server_default="")
    method: Mapped[DomainMethod | None]
    verified_at: Mapped[datetime | None]
    failed_looks: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    lost_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
