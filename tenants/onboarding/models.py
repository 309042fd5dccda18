"""Invitations: the way in for a person whom an organisation wants here."""

from __future__ import annotations

import enum
from datetime import datetime

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

    ``inviter_org_id`` differs from ``org_id`` when a network invites the first person of a firm;
    ``invited_by_id`` is empty when the operator invited from the command line.
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
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    state: Mapped[InvitationState] = mapped_column(default=InvitationState.open)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
