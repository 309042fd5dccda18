"""For the operator: somebody lost phone, passkeys and recovery codes, and was recognised by people who know them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tenants.accounts.models import Account, AccountSession, Passkey, RecoveryCode
from tenants.affiliations.models import Affiliation
from tenants.shared.errors import Refused
from tenants.shared.letters import queue_letter


def take_second_factor_away(session: Any, *, email: str, now: datetime) -> None:
    """Take app, passkeys and recovery codes off the account, sign it out everywhere, and tell its owner by letter.

    Raises ``Refused`` when no account has this address.
    """
    account = session.scalar(sa.select(Account).where(sa.func.lower(Account.email) == email.strip().lower()))
    if account is None:
        raise Refused(f"No account has the address {email}.")
    account.totp_secret = account.totp_counter = None
    for table in (Passkey, RecoveryCode, AccountSession):
        session.execute(sa.delete(table).where(table.person_id == account.id))
    org_id = session.scalar(
        sa.select(Affiliation.org_id)
        .where(Affiliation.person_id == account.id)
        .order_by(Affiliation.id.desc())
        .limit(1)
    )
    if org_id is not None:
        data = {"url": "/account"}
        queue_letter("second_factor_off", org_id=org_id, now=now, data=data, person_id=account.id, session=session)
    session.commit()
