"""What stands behind an invitation's link, read through the door: its reader belongs to no workspace yet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tenants.accounts.door import door
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation, Role
from tenants.onboarding.models import Invitation, InvitationState
from tenants.organisations.models import Organisation, OrganisationKind


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class OpenedInvitation:
    """An invitation as the reader of its link sees it."""

    org_id: int
    invitation_id: int
    slug: str
    org_name: str
    org_kind: OrganisationKind
    inviter_name: str
    inviter_org_name: str
    time_zone: str
    email: str
    name: str
    role: Role
    job_title: str
    locale: str
    state: InvitationState
    expires_at: datetime
    welcome_open: bool

    def good(self, now: datetime) -> bool:
        return self.state is InvitationState.open and self.expires_at > now


def opened_invitation(token: str) -> OpenedInvitation | None:
    """The invitation whose link this is; None when there never was one."""
    home, theirs = sa.orm.aliased(Organisation), sa.orm.aliased(Organisation)
    row = door.execute(
        sa.select(
            Invitation.org_id,
            Invitation.id,
            home.slug,
            home.name,
            home.kind,
            sa.func.coalesce(Person.name, ""),
            theirs.name,
            sa.func.coalesce(sa.func.nullif(Invitation.time_zone, ""), Person.time_zone, "Europe/Paris"),
            Invitation.email,
            Invitation.name,
            Invitation.role,
            Invitation.job_title,
            Invitation.locale,
            Invitation.state,
            Invitation.expires_at,
            home.welcome_open,
        )
        .join(home, home.id == Invitation.org_id)
        .join(theirs, theirs.id == Invitation.inviter_org_id)
        .outerjoin(Person, Person.id == Invitation.invited_by_id)
        .where(Invitation.token_hash == token_hash(token))
    ).first()
    return OpenedInvitation(*tuple(row)) if row else None


def belongs(person_id: int, org_id: int, *, now: datetime) -> bool:
    """Whether this person has a tie to this organisation today."""
    tie = sa.select(Affiliation.id).where(
        Affiliation.org_id == org_id,
        Affiliation.person_id == person_id,
        sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > now.date()),
    )
    return door.scalar(tie.limit(1)) is not None
