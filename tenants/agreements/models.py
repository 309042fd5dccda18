"""What a network and its member firms agree on: versions of a text, who accepted which, and the paper that is kept of it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class Agreement(Base):
    """One version of a network's participation agreement, in Markdown. A version that was published never changes.

    ``old_holds_until``: the last day on which a firm that accepted an earlier version still has an agreement.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        sa.Index("uq_agreement_draft", "org_id", unique=True, postgresql_where=sa.text("published_at IS NULL")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    text_en: Mapped[str]
    text_fr: Mapped[str]
    written_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    old_holds_until: Mapped[date | None]

    def text(self, locale: str) -> str:
        """The words in the reader's language."""
        return self.text_fr if locale.startswith("fr") else self.text_en

    def held_by(self, accepted: int | None, today: date) -> bool:
        """Whether a firm that accepted version ``accepted`` last has an agreement today, this being the current one."""
        if accepted is None or accepted >= self.number:
            return accepted is not None
        return self.old_holds_until is not None and today <= self.old_holds_until


class AgreementAcceptance(Base):
    """A named person of a firm accepted one version. Never changed, never deleted."""

    __tablename__ = "agreement_acceptance"
    __table_args__ = (
        sa.ForeignKeyConstraint(["network_id", "number"], ["agreement.org_id", "agreement.number"]),
        sa.Index("ix_agreement_acceptance_network_id", "network_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    network_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    accepted_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    position: Mapped[str] = mapped_column(sa.String(120))
    locale: Mapped[str] = mapped_column(sa.String(5))
    accepted_at: Mapped[datetime]


class Document(Base):
    """The accepted agreement as a PDF: one row for each of the two who agreed, the same bytes in both."""

    __tablename__ = "document"
    __table_args__ = (sa.UniqueConstraint("org_id", "other_org_id", "number"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    other_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    number: Mapped[int] = mapped_column(sa.SmallInteger)
    title: Mapped[str] = mapped_column(sa.String(200))
    locale: Mapped[str] = mapped_column(sa.String(5))
    content: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
