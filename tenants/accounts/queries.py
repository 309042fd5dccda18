"""What the account's pages read, through the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import abort
from flask_login import current_user

from tenants.accounts.door import door
from tenants.accounts.models import Account, AccountSession, Passkey, RecoveryCode
from tenants.affiliations.models import COORDINATORS, Affiliation, Role
from tenants.organisations.models import Organisation, OrganisationKind


@dataclass(frozen=True, slots=True)
class Workspace:
    """One organisation that a person belongs to today."""

    slug: str
    org_name: str
    kind: OrganisationKind
    accent: str
    role: Role
    job_title: str
    welcome_open: bool = False

    @property
    def in_network(self) -> bool:
        return self.kind is OrganisationKind.network

    @property
    def coordinates(self) -> bool:
        return self.role in COORDINATORS


def signed_in_account() -> Account | None:
    """This visitor's account; None when nobody is signed in, or when the session was ended elsewhere."""
    if not current_user.is_authenticated:
        return None
    account: Account = current_user._get_current_object()
    return account


def account_of(email: str) -> Account | None:
    """The account with this address, however it is written."""
    return door.scalar(sa.select(Account).where(sa.func.lower(Account.email) == email.strip().lower()))


def workspaces_of(person_id: int, *, today: date) -> list[Workspace]:
    """Where this person may work today: firms first, then networks, by name."""
    rows = door.execute(
        sa.select(
            Organisation.slug,
            Organisation.name,
            Organisation.kind,
            Organisation.accent,
            Affiliation.role,
            Affiliation.job_title,
            Organisation.welcome_open,
        )
        .join(Affiliation, Affiliation.org_id == Organisation.id)
        .where(
            Affiliation.person_id == person_id,
            sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > today),
        )
        .order_by(Organisation.kind, Organisation.name)
    )
    return [Workspace(*row) for row in rows]


def organisations_of(person_id: int) -> list[int]:
    """Every organisation that the person was ever tied to."""
    return list(door.scalars(sa.select(Affiliation.org_id).where(Affiliation.person_id == person_id).distinct()))


def organisation_for_letters(person_id: int) -> int | None:
    """Whose name a letter about the account bears: the latest organisation that the person belonged to."""
    return door.scalar(
        sa.select(Affiliation.org_id)
        .where(Affiliation.person_id == person_id)
        .order_by(Affiliation.ended_on.is_(None).desc(), Affiliation.created_at.desc(), Affiliation.id.desc())
        .limit(1)
    )


def sessions_of(account: Account) -> list[AccountSession]:
    """Where this account is signed in, the latest used first."""
    return list(
        door.scalars(
            sa.select(AccountSession)
            .where(AccountSession.person_id == account.id)
            .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
        )
    )


def session_or_404(account: Account, session_id: int) -> AccountSession:
    """One of the account's own sessions; 404 for anybody else's, as for one that has ended."""
    found = door.scalar(
        sa.select(AccountSession).where(AccountSession.person_id == account.id, AccountSession.id == session_id)
    )
    return found or abort(404)


def passkey_or_404(account: Account, passkey_id: int) -> Passkey:
    found = door.scalar(sa.select(Passkey).where(Passkey.person_id == account.id, Passkey.id == passkey_id))
    return found or abort(404)


def recovery_codes_left(account: Account) -> int:
    count = sa.select(sa.func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == account.id)
    return door.scalar(count) or 0


def asks_for_second_factor(person_id: int, *, today: date) -> list[tuple[str, date]]:
    """The organisations of this person that ask for a second factor: name, and from which day."""
    rows = door.execute(
        sa.select(Organisation.name, Organisation.second_factor_from)
        .join(Affiliation, Affiliation.org_id == Organisation.id)
        .where(
            Affiliation.person_id == person_id,
            sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > today),
            Organisation.second_factor_required,
        )
        .order_by(Organisation.second_factor_from, Organisation.name)
    )
    return [(name, day) for name, day in rows if day is not None]
