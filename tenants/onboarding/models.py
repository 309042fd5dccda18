"""Invitations: the way in for a person whom an organisation wants here."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.affiliations.models import Role
from tenants.shared.database import Base, new_id


class InvitationState(enum.StrEnum):
    open = "open"
    accepted = "accepted"
    withdrawn = "withdrawn"


class Invitation(Base):
    """A link, sent once by e-mail, that makes an account and an affiliation. Of its token only a hash is kept.

    ``sent_at`` is when its letter was written (``letter_id``); an invitation from a spreadsheet (``import_id``) waits for it
    until the worker's next batch, and nobody knows its link before. ``inviter_org_id`` differs from ``org_id`` when a
    network invites the first person of a firm; ``invited_by_id`` is empty when the operator invited from the command line.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        sa.Index(
            "uq_invitation_open",
            "org_id",
            "inviter_org_id",
            sa.text("lower(email)"),
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_invitation_org_id_import_id", "org_id", "import_id"),
        sa.Index("ix_invitation_org_id_state", "org_id", "state", "created_at"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    inviter_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    invited_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    role: Mapped[Role] = mapped_column(default=Role.member)
    job_title: Mapped[str] = mapped_column(sa.String(120), default="")
    locale: Mapped[str] = mapped_column(sa.String(5), default="en")
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    function: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    seniority: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    started_on: Mapped[date | None]
    import_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    letter_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    sent_at: Mapped[datetime | None]
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    state: Mapped[InvitationState] = mapped_column(default=InvitationState.open)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
