"""A seat to fill, and the record of how somebody was chosen for it. ``org_id`` is the organisation that seeks."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id

TITLE_MOST, WORDS_MOST = 160, 1000


class Stage(enum.StrEnum):
    long = "long"
    short = "short"
    introduced = "introduced"
    chosen = "chosen"
    set_aside = "set_aside"


class OfSeeker:
    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)


def within(column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["org_id", column], [f"{to}.org_id", f"{to}.id"], ondelete="CASCADE")


class SeatSpecification(OfSeeker, Base):
    """What a seat asks for: ``criteria`` is a ``Criteria``. ``organisation_name``: whose board it is, in the seeker's words.

    ``organisation_id``: that organisation, where it is one of the house; the database finds it, and no page reads it. ``women``
    and ``men``: how many sit on the board today, for a note on the law; nothing is ranked by it.
    """

    __tablename__ = "seat_specification"

    network_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(sa.String(TITLE_MOST))
    organisation_name: Mapped[str] = mapped_column(sa.String(TITLE_MOST))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), deferred=True)
    listed: Mapped[bool]
    criteria: Mapped[dict[str, Any]]
    women: Mapped[int | None] = mapped_column(sa.SmallInteger)
    men: Mapped[int | None] = mapped_column(sa.SmallInteger)
    deadline: Mapped[date | None]
    created_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Selection(OfSeeker, Base):
    """The record of one seat, begun by the first card that is put down. Closed, it never changes again."""

    __tablename__ = "selection"
    __table_args__ = (
        within("specification_id", "seat_specification"),
        sa.UniqueConstraint("org_id", "specification_id"),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by_somebody"),
    )

    specification_id: Mapped[int] = mapped_column(sa.BigInteger)
    opened_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class SelectionEntry(OfSeeker, Base):
    """A card in a record, by its number alone: what is on it is asked of the database at each look."""

    __tablename__ = "selection_entry"
    __table_args__ = (
        within("selection_id", "selection"),
        sa.UniqueConstraint("org_id", "selection_id", "card_id"),
        sa.UniqueConstraint("org_id", "selection_id", "number"),
        sa.Index("ix_selection_entry_card_id", "card_id"),
    )

    selection_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int] = mapped_column(sa.SmallInteger)
    card_id: Mapped[int] = mapped_column(sa.BigInteger)
    stage: Mapped[Stage]


class SelectionStep(OfSeeker, Base):
    """Somebody moved a card to a stage, for a reason of the list (``reason``) and in their words, which go with the card."""

    __tablename__ = "selection_step"
    __table_args__ = (
        within("selection_id", "selection"),
        within("entry_id", "selection_entry"),
        sa.Index("ix_selection_step_entry_id", "org_id", "entry_id"),
        sa.Index("ix_selection_step_selection_id", "org_id", "selection_id"),
    )

    selection_id: Mapped[int] = mapped_column(sa.BigInteger)
    entry_id: Mapped[int] = mapped_column(sa.BigInteger)
    stage: Mapped[Stage]
    reason: Mapped[str] = mapped_column(sa.String(40))
    words: Mapped[str]
    by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    at: Mapped[datetime]
