"""A candidate's board dossier, its versions, the mandates they hold, and what their mentor says of the draft."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.mentorships.models import OfPair, to_pair
from tenants.shared.database import Base, new_id

NAME_MOST = 160
COMMENT_MOST = 2000


class OfCandidate:
    """A row of one person's on a network's board tracks (``org_id``), whoever employs them."""

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)


class BoardDossier(OfCandidate, Base):
    """The draft: ``content`` is a ``Dossier``. Its person's alone, and their mentor's to read while ``shares_draft``.

    ``published_number`` is the version that others may be shown; None: none is. ``saved_in`` names the window that saved last
    (see ``marketplace.mentors.drafts``).
    """

    __tablename__ = "board_dossier"
    __table_args__ = (
        sa.UniqueConstraint("org_id", "person_id"),
        sa.UniqueConstraint("org_id", "id", "person_id"),
        sa.Index("ix_board_dossier_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    published_number: Mapped[int | None] = mapped_column(sa.SmallInteger)
    shares_draft: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    saved_in: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class DossierVersion(OfCandidate, Base):
    """A version as it was published: ``content`` a ``Dossier`` with its mandates, ``face`` a ``Face``. It never changes."""

    __tablename__ = "dossier_version"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "dossier_id", "person_id"],
            ["board_dossier.org_id", "board_dossier.id", "board_dossier.person_id"],
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("org_id", "dossier_id", "number"),
        sa.CheckConstraint("number > 0", name="counted_from_one"),
        sa.Index("ix_dossier_version_person_id", "person_id"),
    )

    dossier_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int] = mapped_column(sa.SmallInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    content: Mapped[dict[str, Any]]
    face: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]


class BoardMandate(OfCandidate, Base):
    """A seat on a company's board that the person holds or held. Theirs alone.

    ``organisation_id``: that company, where it is an organisation of the house; the database finds it by its name, and only
    functions of the gate that answer yes or no look at it. ``role`` is one of readiness' ``ROLES``. ``introduction_id``: it came
    of an introduction made here.
    """

    __tablename__ = "board_mandate"
    __table_args__ = (
        sa.CheckConstraint("until_on >= from_on", name="ends_after_it_began"),
        sa.Index("ix_board_mandate_person_id", "person_id"),
        sa.Index("ix_board_mandate_organisation_id", "organisation_id"),
    )

    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    organisation_name: Mapped[str] = mapped_column(sa.String(NAME_MOST))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    listed: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str] = mapped_column(sa.String(40))
    committees: Mapped[list[str]] = mapped_column(default=list)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    executive: Mapped[bool] = mapped_column(default=False)
    introduction_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def held_on(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or self.until_on >= day)


class DossierComment(OfPair, Base):
    """What the mentor says of a part of the draft. ``network_id`` runs the track; ``settled_at``: it is dealt with."""

    __tablename__ = "dossier_comment"
    __table_args__ = (
        to_pair(),
        sa.Index("ix_dossier_comment_mentorship_id", "org_id", "mentorship_id"),
        sa.Index("ix_dossier_comment_mentee_person_id", "mentee_person_id"),
        sa.Index("ix_dossier_comment_mentor_person_id", "mentor_person_id"),
    )

    network_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    part: Mapped[str] = mapped_column(sa.String(20))
    words: Mapped[str]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
