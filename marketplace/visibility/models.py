"""A candidate's consents, the card that the database keeps from them, who looked, and introductions.

``org_id`` is the network in which the candidate is shown; of a committee's member it is the company.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id

RECIPIENT_MOST, SEAT_MOST, MESSAGE_MOST = 160, 160, 1500


class ShownWhat(enum.StrEnum):
    card = "card"
    dossier = "dossier"


class ShownTo(enum.StrEnum):
    committees = "committees"
    search_firms = "search_firms"
    organisation = "organisation"


class Viewed(enum.StrEnum):
    card = "card"
    dossier = "dossier"
    file = "file"
    link = "link"


class RequestState(enum.StrEnum):
    asked = "asked"
    granted = "granted"
    declined = "declined"
    withdrawn = "withdrawn"


class IntroductionState(enum.StrEnum):
    asked = "asked"
    accepted = "accepted"
    declined = "declined"
    withdrawn = "withdrawn"
    met = "met"
    interview = "interview"
    appointed = "appointed"
    not_chosen = "not_chosen"
    lapsed = "lapsed"


class Kept:
    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)


def of_dossier() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", "person_id"], ["board_dossier.org_id", "board_dossier.person_id"], ondelete="CASCADE"
    )


class NominationCommitteeMember(Kept, Base):
    """Somebody whom their company's coordinator named; ``left_at``: until then."""

    __tablename__ = "nomination_committee_member"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "affiliation_id"], ["affiliation.org_id", "affiliation.id"]),
        sa.Index(
            "uq_nomination_committee_member_sits",
            "org_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        sa.Index("ix_nomination_committee_member_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    affiliation_id: Mapped[int] = mapped_column(sa.BigInteger)
    named_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    named_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Showing(Kept, Base):
    """One consent. Several may overlap; what any of them shows is shown. Both days are included."""

    __tablename__ = "showing"
    __table_args__ = (
        of_dossier(),
        sa.CheckConstraint("(to_kind = 'organisation') = (to_org_id IS NOT NULL)", name="names_an_organisation"),
        sa.CheckConstraint("what = 'card' OR to_kind = 'organisation'", name="dossier_to_one"),
        sa.CheckConstraint("until_on >= from_on", name="ends_after_it_began"),
        sa.Index("ix_showing_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    what: Mapped[ShownWhat]
    to_kind: Mapped[ShownTo]
    to_org_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    hide_from_employer: Mapped[bool]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class BoardCard(Kept, Base):
    """What may be seen of somebody today, kept by the database alone; no page reads this table.

    ``id`` is random and tells nothing. ``employers``: where the person works now. ``levels`` in the order of the competencies,
    ``score`` their sum; ``search`` holds the tokens, the levels, and to whom the card is shown.
    """

    __tablename__ = "board_card"
    __table_args__ = (
        of_dossier(),
        sa.UniqueConstraint("org_id", "person_id"),
        sa.Index("ix_board_card_search", "search", postgresql_using="gin"),
        sa.Index("ix_board_card_id", "id"),
        sa.Index("ix_board_card_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    employers: Mapped[list[int]]
    version_id: Mapped[int] = mapped_column(sa.BigInteger)
    face: Mapped[dict[str, Any]]
    levels: Mapped[list[int]] = mapped_column(sa.ARRAY(sa.SmallInteger))
    score: Mapped[int] = mapped_column(sa.SmallInteger)
    tokens: Mapped[list[str]]
    search: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    days_a_year: Mapped[int] = mapped_column(sa.SmallInteger)


class Viewing(Kept, Base):
    """Somebody opened something of the person's; written by the function that opens."""

    __tablename__ = "viewing"
    __table_args__ = (
        sa.Index("ix_viewing_card_id", "org_id", "card_id"),
        sa.Index("ix_viewing_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    card_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    seeker_org_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    viewer_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    what: Mapped[Viewed]
    link_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    at: Mapped[datetime]


class DossierRequest(Kept, Base):
    """A seeker asks for the full dossier behind a card."""

    __tablename__ = "dossier_request"
    __table_args__ = (sa.Index("ix_dossier_request_person_id", "person_id"),)

    card_id: Mapped[int] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    seeker_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    asked_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    reason: Mapped[str]
    state: Mapped[RequestState]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    until_on: Mapped[date | None]


class DossierLink(Kept, Base):
    """A secret address of the dossier, for one recipient until a day. The secret itself is kept by nobody here."""

    __tablename__ = "dossier_link"
    __table_args__ = (
        of_dossier(),
        sa.UniqueConstraint("token_hash"),
        sa.Index("ix_dossier_link_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    recipient: Mapped[str] = mapped_column(sa.String(RECIPIENT_MOST))
    until_on: Mapped[date]
    opened: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Introduction(Kept, Base):
    """A seeker asks to meet the person behind a card for a seat. ``word``: what the candidate answered."""

    __tablename__ = "introduction"
    __table_args__ = (
        sa.Index("ix_introduction_seeker_org_id", "seeker_org_id"),
        sa.Index("ix_introduction_person_id", "person_id"),
    )

    card_id: Mapped[int] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    seeker_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    asked_by_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), deferred=True)
    specification_id: Mapped[int | None] = mapped_column(sa.BigInteger, deferred=True)
    seat: Mapped[str] = mapped_column(sa.String(SEAT_MOST))
    message: Mapped[str]
    state: Mapped[IntroductionState]
    asked_at: Mapped[datetime]
    answer_due: Mapped[datetime]
    reminded_at: Mapped[datetime | None] = mapped_column(deferred=True)
    decided_at: Mapped[datetime | None]
    word: Mapped[str] = mapped_column(default="")
    help_asked_at: Mapped[datetime | None]
    facilitated_by: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
