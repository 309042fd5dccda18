"""Passkeys (W3C WebAuthn, level 3): the options a browser is asked with, and the checks of what it answers.

One passkey signs in by itself (the device then checks its owner) and is a second step after a password.
"""

from __future__ import annotations

import json
import time
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from flask import current_app, session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tenants.accounts import factors
from tenants.accounts.door import door
from tenants.accounts.models import Account, Passkey

GOOD_FOR = 5 * 60
"""Seconds from the page to the answer."""
CHALLENGE = "passkey_challenge"
REFUSED = (WebAuthnException, ValueError, KeyError, TypeError)


def _origin() -> str:
    """Where the product says it is served; never what the request says about itself."""
    return str(current_app.config["BASE_URL"])


def _relying_party() -> str:
    return urlsplit(_origin()).hostname or "localhost"


def _handle(person_id: int) -> bytes:
    """How a device knows whose passkey it holds; it tells nothing about them."""
    return person_id.to_bytes(8, "big")


def are_possible() -> bool:
    """Browsers make passkeys for names of hosts only, never for an IP address."""
    try:
        ip_address(_relying_party())
    except ValueError:
        return True
    return False


def _remember_challenge(challenge: bytes, purpose: str) -> None:
    session[CHALLENGE] = [bytes_to_base64url(challenge), purpose, time.time()]


def _take_challenge(purpose: str) -> bytes:
    """The challenge of the page before this answer, once. Raises ``ValueError`` when there is none or it is too old."""
    challenge, asked_for, at = session.pop(CHALLENGE, None) or ["", "", 0]
    if asked_for != purpose or time.time() - float(at) > GOOD_FOR:
        raise ValueError("no challenge of this purpose waits for an answer")
    return base64url_to_bytes(challenge)


def passkeys_of(account: Account) -> list[Passkey]:
    """In the order they were added."""
    return list(door.scalars(sa.select(Passkey).where(Passkey.person_id == account.id).order_by(Passkey.id)))


def _described(keys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    known = {transport.value for transport in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=key.credential_id,
            transports=[AuthenticatorTransport(name) for name in key.transports if name in known] or None,
        )
        for key in keys
    ]


def creation_options(account: Account) -> str:
    """JSON for ``navigator.credentials.create``; the challenge waits in the session."""
    options = webauthn.generate_registration_options(
        rp_id=_relying_party(),
        rp_name="Passerelle",
        user_id=_handle(account.id),
        user_name=account.email,
        user_display_name=account.person.name,
        exclude_credentials=_described(passkeys_of(account)),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    _remember_challenge(options.challenge, "create")
    return webauthn.options_to_json(options)


def request_options(purpose: str, account: Account | None = None) -> str:
    """JSON for ``navigator.credentials.get``: any passkey that signs in by itself, or one of an account's."""
    options = webauthn.generate_authentication_options(
        rp_id=_relying_party(),
        allow_credentials=_described(passkeys_of(account)) if account else None,
        user_verification=_needed(account),
    )
    _remember_challenge(options.challenge, purpose)
    return webauthn.options_to_json(options)


def _needed(account: Account | None) -> UserVerificationRequirement:
    """By itself a passkey must check its owner (finger, face, PIN); after a password, holding it is enough."""
    return UserVerificationRequirement.PREFERRED if account else UserVerificationRequirement.REQUIRED


def add_passkey(*, account: Account, name: str, answer: str, now: datetime) -> bool:
    """Keep a new passkey. False when the browser's answer does not hold, or the passkey is here already."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_take_challenge("create"),
            expected_origin=_origin(),
            expected_rp_id=_relying_party(),
        )
        transports = json.loads(answer)["response"].get("transports") or []
    except REFUSED:
        return False
    if door.scalar(sa.select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
        return False
    door.add(
        Passkey(
            person_id=account.id,
            name=name.strip(),
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            transports=[str(name) for name in transports][:8],
            created_at=now,
        )
    )
    door.commit()
    return True


def use_passkey(*, purpose: str, answer: str, account: Account | None = None, now: datetime) -> Account | None:
    """Whose passkey gave ``answer``: anybody's, or only ``account``'s. None when it does not hold."""
    try:
        challenge = _take_challenge(purpose)
        raw: dict[str, Any] = json.loads(answer)
        given = parse_authentication_credential_json(raw)
        key = door.scalar(sa.select(Passkey).where(Passkey.credential_id == given.raw_id).with_for_update())
        if key is None or (account is not None and key.person_id != account.id):
            raise ValueError("nobody's passkey, or somebody else's")
        if given.response.user_handle not in (None, b"", _handle(key.person_id)):
            raise ValueError("the device says that the passkey is somebody else's")
        checked = webauthn.verify_authentication_response(
            credential=raw,
            expected_challenge=challenge,
            expected_origin=_origin(),
            expected_rp_id=_relying_party(),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=account is None,
        )
    except REFUSED:
        door.rollback()
        return None
    key.sign_count = checked.new_sign_count
    key.used_at = now
    owner = door.get_one(Account, key.person_id)
    door.commit()
    return owner if owner.active else None


def rename_passkey(*, passkey: Passkey, name: str) -> None:
    passkey.name = name.strip()
    door.commit()


def remove_passkey(*, account: Account, passkey: Passkey, now: datetime) -> None:
    """It signs nobody in any more. When it was the last second factor, a letter says so."""
    door.delete(passkey)
    factors.drop_codes_without_factor(account, now)
    door.commit()
