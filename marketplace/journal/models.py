"""A person's key, and the entries that only it opens."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.mentorships.models import to_pair
from tenants.shared.database import Base, new_id


class JournalKey(Base):
    """The key to one person's journal, wrapped by a key that is not in the database. With this row goes the journal.

    ``wrapped_with`` tells which of the wrapping keys it was (``sealing.mark_of``).
    """

    __tablename__ = "journal_key"

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(sa.LargeBinary)
    wrapped_with: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime]
    wrapped_at: Mapped[datetime]


class JournalEntry(Base):
    """What its author wrote for themselves: about one of their mentorships, or about none.

    ``day`` is the day it is about; everything else they wrote is in ``sealed``. An entry that was deleted is kept for a day, so
    that its author can take the deletion back.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        to_pair(),
        sa.CheckConstraint(
            "num_nulls(mentorship_id, mentee_person_id, mentor_person_id) IN (0, 3) "
            "AND (mentorship_id IS NULL OR person_id IN (mentee_person_id, mentor_person_id))",
            name="of_own_pair",
        ),
        sa.Index("ix_journal_entry_person_id_day_id", "person_id", "day", "id"),
        sa.Index("ix_journal_entry_deleted", "deleted_at", postgresql_where=sa.text("deleted_at IS NOT NULL")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    mentorship_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    mentee_person_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    mentor_person_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    day: Mapped[date]
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
