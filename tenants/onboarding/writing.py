"""An invitation as rows: the invitation, its letter, its line in the log. The commands that use it commit."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from tenants.affiliations.models import Role
from tenants.onboarding.models import Invitation, InvitationState
from tenants.onboarding.queries import token_hash
from tenants.organisations.models import Organisation
from tenants.shared.activity import record
from tenants.shared.database import new_id
from tenants.shared.errors import Refused
from tenants.shared.letters import queue_letter

VALID_FOR = timedelta(days=14)


def wrote_nothing(result: sa.Result[Any]) -> bool:
    return cast(sa.CursorResult[Any], result).rowcount == 0


def invitation_url(token: str) -> str:
    # Not url_for: the command line has no request, and a forged Host header must not reach a letter.
    return f"{current_app.config['BASE_URL']}/invitations/{token}"


def letter_words(name: str, inviter_name: str, url: str, expires_at: datetime, role: Role) -> dict[str, Any]:
    """What the letter of the kind ``invitation`` needs to know."""
    return {
        "name": name,
        "inviter_name": inviter_name,
        "url": url,
        "expires_at": expires_at.isoformat(),
        "role": role.value,
    }


def write_invitation(
    session: Any,
    *,
    organisation: Organisation,
    inviter: tuple[int | None, str],
    inviter_org_id: int,
    email: str,
    name: str,
    role: Role,
    job_title: str,
    locale: str,
    now: datetime,
) -> str | None:
    """Write the invitation, its letter and its line in the log; the caller commits. Returns the link.

    None when another writer invited the same address at the same moment: theirs stands.
    """
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise Refused(_("This is not an e-mail address: %(email)s", email=email)) from None
    token, expires_at = secrets.token_urlsafe(32), now + VALID_FOR
    earlier = sa.update(Invitation).where(
        Invitation.org_id == organisation.id,
        sa.func.lower(Invitation.email) == address.lower(),
        Invitation.state == InvitationState.open,
    )
    if inviter_org_id != organisation.id:
        earlier = earlier.where(Invitation.inviter_org_id == inviter_org_id)
    session.execute(earlier.values(state=InvitationState.withdrawn).execution_options(synchronize_session=False))
    invitation_id, letter_id = new_id(), new_id()
    written = session.execute(
        insert(cast(sa.Table, Invitation.__table__))
        .values(
            org_id=organisation.id,
            id=invitation_id,
            inviter_org_id=inviter_org_id,
            invited_by_id=inviter[0],
            email=address,
            name=name.strip(),
            role=role,
            job_title=job_title.strip(),
            locale=locale,
            token_hash=token_hash(token),
            state=InvitationState.open,
            expires_at=expires_at,
            letter_id=letter_id,
            sent_at=now,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    if wrote_nothing(written):
        return None
    url = invitation_url(token)
    queue_letter(
        "invitation",
        org_id=organisation.id,
        now=now,
        address=address,
        locale=locale,
        data=letter_words(name.strip(), inviter[1], url, expires_at, role) | {"seeks": organisation.is_search_firm},
        letter_id=letter_id,
        session=session,
    )
    record(
        "invitation.sent",
        org_ids={organisation.id, inviter_org_id},
        now=now,
        subject=("invitation", invitation_id),
        actor=inviter,
        data={"name": name.strip(), "role": role.value, "organisation": organisation.name},
        session=session,
    )
    return url
