"""The second factor: codes of an authenticator app (TOTP, RFC 6238), passkeys, and recovery codes for a lost phone.

An account has one as soon as it has an app or a passkey. Flask-Security's own pages for this let recovery codes be read
again and have a passkey serve for one use only; its TOTP is used, with the memory for used codes that it leaves open.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import qrcode  # type: ignore[import-untyped]
import sqlalchemy as sa
from flask import current_app
from flask_security.totp import Totp
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from tenants.accounts import queries
from tenants.accounts.door import door
from tenants.accounts.models import Account, Passkey, RecoveryCode
from tenants.shared.letters import queue_letter
from tenants.shared.secrets import hash_of

RECOVERY_CODES = 10


class AppCodes(Totp):
    """TOTP whose codes work once: the time step of the last one is kept with the account (RFC 6238, section 5.2)."""

    def get_last_counter(self, user: Any) -> int | None:
        counter: int | None = user.totp_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        user.totp_counter = tmatch.counter


def app_codes() -> AppCodes:
    """With a key of its own, so that a copy of the database makes no codes."""
    key = hmac.new(str(current_app.config["SECRET_KEY"]).encode(), b"authenticator apps", sha256).hexdigest()
    return AppCodes(secrets={1: key}, issuer="Passerelle")


def new_secret() -> str:
    """A secret for an app, encrypted: fit for the session's cookie and for the table."""
    return app_codes().generate_totp_secret()


def setup_values(account: Account, secret: str) -> dict[str, str]:
    """What the app needs: the ``key`` to type, and the same as a picture (``image``, an SVG in a data URL)."""
    codes = app_codes()
    drawn = qrcode.make(codes.get_totp_uri(account.email, secret), image_factory=SvgPathFillImage, border=2)
    with BytesIO() as file:
        drawn.save(file)
        image = base64.b64encode(file.getvalue()).decode()
    return {"key": codes.get_totp_pretty_key(secret), "image": f"data:image/svg+xml;base64,{image}"}


def _locked(account: Account) -> Account:
    """The account as it stands, held until the commit: two tries with one code come one after the other."""
    return door.get_one(Account, account.id, populate_existing=True, with_for_update={"of": Account})


def set_up_app(*, account: Account, secret: str, code: str) -> list[str] | None:
    """Keep ``secret`` once a code proves that the app has it. Returns the new recovery codes, or None for a wrong code."""
    held = _locked(account)
    held.totp_counter = None
    if not app_codes().verify_totp(_figures(code), secret, held, window=30):
        door.rollback()
        return None
    held.totp_secret = secret
    codes = _renew_recovery_codes(account)
    door.commit()
    return codes


def renew_recovery_codes(*, account: Account) -> list[str]:
    """Ten new codes, shown once; the earlier ones stop working."""
    codes = _renew_recovery_codes(account)
    door.commit()
    return codes


def _renew_recovery_codes(account: Account) -> list[str]:
    door.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == account.id))
    codes = []
    for _number in range(RECOVERY_CODES):
        plain = base64.b32encode(secrets.token_bytes(10)).decode().lower()
        codes.append("-".join(plain[at : at + 4] for at in range(0, 16, 4)))
        door.add(RecoveryCode(person_id=account.id, code_hash=hash_of(plain)))
    return codes


def spend_app_code(*, account: Account, code: str) -> bool:
    """Whether ``code`` is one that the app shows now (or half a minute ago or ahead) and that was not used before."""
    held = _locked(account)
    right = bool(held.totp_secret) and app_codes().verify_totp(_figures(code), str(held.totp_secret), held, window=30)
    door.commit()
    return right


def spend_recovery_code(*, account: Account, code: str) -> bool:
    """Whether ``code`` is one of the account's recovery codes; it is gone afterwards."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    gone = door.execute(
        sa.delete(RecoveryCode)
        .where(RecoveryCode.person_id == account.id, RecoveryCode.code_hash == hash_of(plain))
        .returning(RecoveryCode.person_id)
    ).first()
    door.commit()
    return gone is not None


def _figures(code: str) -> str:
    return "".join(code.split())


def turn_off_app(*, account: Account, now: datetime) -> None:
    """The app is asked for no longer; without a passkey the recovery codes go as well. A letter says so."""
    held = _locked(account)
    if held.totp_secret is None:
        door.rollback()
        return
    held.totp_secret = held.totp_counter = None
    drop_codes_without_factor(account, now)
    door.commit()


def drop_codes_without_factor(account: Account, now: datetime) -> None:
    """Inside the present transaction, after an app or a passkey was taken away: tell, when none is left."""
    door.flush()
    left = door.scalar(
        sa.select(
            sa.or_(
                sa.exists().where(Account.id == account.id, Account.totp_secret.is_not(None)),
                sa.exists().where(Passkey.person_id == account.id),
            )
        )
    )
    if left:
        return
    door.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == account.id))
    org_id = queries.organisation_for_letters(account.id)
    if org_id is not None:
        data = {"url": "/account"}
        queue_letter("second_factor_off", org_id=org_id, now=now, data=data, person_id=account.id, session=door)
