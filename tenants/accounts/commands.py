"""What somebody changes about their own account, through the door."""

from __future__ import annotations

from tenants.accounts import queries
from tenants.accounts.door import door
from tenants.accounts.models import Account, AccountSession
from tenants.accounts.sessions import end_sessions
from tenants.shared import jobs


def change_profile(*, account: Account, name: str, locale: str, time_zone: str) -> None:
    """The person's name, their language (``en`` or ``fr``) and the zone their dates are shown in."""
    person = account.person
    if person.name != name:
        # A mentor's card bears the name, one in each organisation.
        for org_id in queries.organisations_of(person.id):
            jobs.announce("person.renamed", org_id=org_id, person_id=person.id, session=door)
    person.name, person.locale, person.time_zone = name, locale, time_zone
    door.commit()


def end_session(*, session: AccountSession) -> None:
    """That browser is signed out at its next page."""
    door.delete(session)
    door.commit()


def sign_out_everywhere(*, account: Account, but: int | None = None) -> None:
    """Every browser is signed out, except perhaps the one that asks."""
    end_sessions(account.id, but=but)
    door.commit()
