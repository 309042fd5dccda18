"""Six figures by letter: a way in for somebody who has no password at hand, and a way to show that it is still them."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from flask import current_app
from flask_security.utils import hash_password
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts import queries
from tenants.accounts.door import door
from tenants.accounts.models import Account, CodePurpose, EmailedCode
from tenants.shared.letters import queue_letter

GOOD_FOR = timedelta(minutes=10)
ATTEMPTS = 5


def send_code(*, account: Account | None, purpose: CodePurpose, now: datetime) -> None:
    """Send a code that works once, for ten minutes, for five tries; an earlier one stops working.

    Without an account the same time passes and nothing is sent.
    """
    org_id = queries.organisation_for_letters(account.id) if account is not None and account.active else None
    if account is not None and org_id is not None:
        code = f"{secrets.randbelow(1_000_000):06}"
        values = {
            "code_hash": _digest(account.id, purpose, code),
            "attempts": 0,
            "expires_at": now + GOOD_FOR,
        }
        statement = insert(EmailedCode).values(person_id=account.id, purpose=purpose, **values)
        door.execute(statement.on_conflict_do_update(index_elements=["person_id", "purpose"], set_=values))
        data = {"code": code, "purpose": purpose.value, "minutes": int(GOOD_FOR.total_seconds()) // 60}
        queue_letter("sign_in_code", org_id=org_id, now=now, data=data, person_id=account.id, session=door)
    # One hash on either way is most of the time the answer takes: it does not tell who has an account.
    hash_password("nobody's password")
    door.commit()


def spend_code(*, account: Account, purpose: CodePurpose, code: str, now: datetime) -> bool:
    """Whether ``code`` is the one that was sent. The right one is gone afterwards; a wrong one has cost a try."""
    if not account.active:
        return False
    where = (EmailedCode.person_id == account.id, EmailedCode.purpose == purpose)
    # Counted before it is compared, and committed: two tries at once are two tries.
    kept = door.scalar(
        sa.update(EmailedCode)
        .where(*where, EmailedCode.expires_at > now, EmailedCode.attempts < ATTEMPTS)
        .values(attempts=EmailedCode.attempts + 1)
        .returning(EmailedCode.code_hash)
    )
    right = kept is not None and hmac.compare_digest(kept, _digest(account.id, purpose, code))
    if right:
        door.execute(sa.delete(EmailedCode).where(*where))
    door.commit()
    return right


def _digest(person_id: int, purpose: CodePurpose, code: str) -> bytes:
    """Keyed: six figures alone are found from a plain digest in a moment."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    figures = "".join(code.split())
    return hmac.new(key, f"{purpose.value} {person_id} {figures}".encode(), sha256).digest()
