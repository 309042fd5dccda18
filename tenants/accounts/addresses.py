"""Signing in with another e-mail address: asked, confirmed from the new one, undone from the old one for seven days."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_security.utils import hash_password
from sqlalchemy.exc import IntegrityError

from tenants.accounts import queries
from tenants.accounts.door import door
from tenants.accounts.models import Account, AddressChange
from tenants.accounts.sessions import end_sessions
from tenants.shared import bounces
from tenants.shared.errors import Refused
from tenants.shared.letters import queue_letter
from tenants.shared.secrets import hash_of

CONFIRM_WITHIN = timedelta(hours=24)
UNDO_WITHIN = timedelta(days=7)


def open_change(account: Account, now: datetime) -> AddressChange | None:
    """The change that waits for its confirmation, if there is one."""
    return door.scalar(
        sa.select(AddressChange)
        .where(
            AddressChange.person_id == account.id,
            AddressChange.confirmed_at.is_(None),
            AddressChange.undone_at.is_(None),
            AddressChange.asked_at > now - CONFIRM_WITHIN,
        )
        .order_by(AddressChange.id.desc())
        .limit(1)
    )


def change_behind(token: str, *, undo: bool = False) -> AddressChange | None:
    """The change that a link speaks for."""
    column = AddressChange.undo_hash if undo else AddressChange.confirm_hash
    return door.scalar(sa.select(AddressChange).where(column == hash_of(token)))


def may_confirm(change: AddressChange, now: datetime) -> bool:
    return change.confirmed_at is None and change.undone_at is None and change.asked_at > now - CONFIRM_WITHIN


def may_undo(change: AddressChange, now: datetime) -> bool:
    return change.confirmed_at is not None and change.undone_at is None and change.confirmed_at > now - UNDO_WITHIN


def ask_for_address(*, account: Account, email: str, now: datetime) -> None:
    """Send a link to the new address; nothing changes until it is opened there. An earlier request is replaced.

    An address that somebody has already gets a letter that says so, and the page gives the same answer.
    """
    cancel_change(account=account, now=now, commit=False)
    owner = queries.account_of(email)
    org_id = queries.organisation_for_letters(account.id)
    token = secrets.token_urlsafe(32)
    if org_id is not None:
        locale = account.person.locale
        if owner is None:
            data = {"url": f"/account/address/confirmations/{token}", "name": account.person.name}
            queue_letter(
                "address_confirmation", org_id=org_id, now=now, data=data, address=email, locale=locale, session=door
            )
        elif owner.id == account.id and bounces.is_dead(email, door):
            # Letters came back from it: whoever opens this one proves that they read them again.
            data = {"url": f"/account/address/confirmations/{token}", "name": account.person.name}
            queue_letter(
                "address_confirmation", org_id=org_id, now=now, data=data, address=email, locale=locale, session=door
            )
        elif owner.id != account.id:
            theirs = queries.organisation_for_letters(owner.id)
            if theirs is not None:
                data = {"url": "/sign-in"}
                queue_letter("account_exists", org_id=theirs, now=now, data=data, person_id=owner.id, session=door)
    # Written either way: the account's page shows the same, and a link that nobody got confirms nothing.
    door.add(
        AddressChange(
            person_id=account.id, old_email=account.email, new_email=email, confirm_hash=hash_of(token), asked_at=now
        )
    )
    # As long for a free address as for a taken one.
    hash_password("nobody's password")
    door.commit()


def cancel_change(*, account: Account, now: datetime, commit: bool = True) -> None:
    """The link that was sent stops working."""
    door.execute(
        sa.update(AddressChange)
        .where(
            AddressChange.person_id == account.id,
            AddressChange.confirmed_at.is_(None),
            AddressChange.undone_at.is_(None),
        )
        .values(undone_at=now)
    )
    if commit:
        door.commit()


def confirm_address(*, token: str, now: datetime) -> None:
    """From now on the new address signs in. The old one gets a letter with a link that takes it back.

    Raises ``Refused`` when the link is used, replaced or too old, or the address got an account meanwhile.
    """
    change = _locked(AddressChange.confirm_hash == hash_of(token))
    if change is None or not may_confirm(change, now):
        door.rollback()
        raise Refused(_("This link was used, replaced or has expired. Ask for a new one on your account’s page."))
    account = door.get_one(Account, change.person_id)
    undo = secrets.token_urlsafe(32)
    change.old_email, change.undo_hash, change.confirmed_at = account.email, hash_of(undo), now
    _set_address(account, change.new_email)
    bounces.prove_address(change.new_email, door)
    org_id = queries.organisation_for_letters(account.id)
    if org_id is not None and change.old_email != change.new_email:
        data = {
            "url": f"/account/address/reversals/{undo}",
            "name": account.person.name,
            "new_address": change.new_email,
            "until_at": (now + UNDO_WITHIN).isoformat(),
        }
        locale = account.person.locale
        address = change.old_email
        queue_letter("address_changed", org_id=org_id, now=now, data=data, address=address, locale=locale, session=door)
    door.commit()


def undo_address(*, token: str, now: datetime) -> None:
    """Back to the old address, and every browser is signed out: who undoes does not trust whoever changed it.

    Raises ``Refused`` when it was undone before, is more than seven days ago, or the old address is taken.
    """
    change = _locked(AddressChange.undo_hash == hash_of(token))
    if change is None or not may_undo(change, now):
        door.rollback()
        raise Refused(_("This link was used before, or the seven days have passed. Write to your HR partner."))
    account = door.get_one(Account, change.person_id)
    change.undone_at = now
    _set_address(account, change.old_email)
    end_sessions(account.id)
    door.commit()


def _locked(where: sa.ColumnElement[bool]) -> AddressChange | None:
    query = sa.select(AddressChange).where(where).with_for_update()
    return door.scalar(query.execution_options(populate_existing=True))


def _set_address(account: Account, email: str) -> None:
    account.email = email
    try:
        door.flush()
    except IntegrityError:
        door.rollback()
        raise Refused(_("This address belongs to another account now.")) from None
