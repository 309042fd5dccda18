"""Papers that somebody asked to print: what is to be drawn, and what was."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base


class DrawnPaper(Base):
    """A PDF by the digest of what it is drawn from: ``source`` until the worker has drawn it, then ``content``.

    Readers find it only by asking for a page that they may read and that comes to the same digest. It holds no person's words,
    unless it says whose (``about_person_id``): then it is one reader's, and goes when that person says so.
    """

    __tablename__ = "drawn_paper"
    __table_args__ = (
        sa.CheckConstraint("num_nonnulls(source, content) = 1", name="source_or_content"),
        sa.CheckConstraint("(about_person_id IS NULL) = (reader_person_id IS NULL)", name="words_have_a_reader"),
        sa.Index("ix_drawn_paper_asked_at", "org_id", "asked_at"),
        sa.Index(
            "ix_drawn_paper_about_person_id",
            "about_person_id",
            postgresql_where=sa.text("about_person_id IS NOT NULL"),
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True)
    source: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    asked_at: Mapped[datetime]
    drawn_at: Mapped[datetime | None]
    reader_person_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    about_person_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
