"""Sessions as rows: a cookie's secret is good as long as its row stands.

These functions take part in the door's present transaction; who calls them commits.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, after_this_request, g, request, session
from flask_security.utils import login_user, set_request_attr

from tenants.accounts import devices, queries
from tenants.accounts.door import door
from tenants.accounts.models import Account, AccountSession
from tenants.shared import clock
from tenants.shared.letters import queue_letter
from tenants.shared.secrets import hash_of

SEEN_EVERY = timedelta(hours=1)
"""How true the list of sessions is about when each was last used; writing it on every page would cost every page."""


def load_account(secret: str) -> Account | None:
    """The account that this session secret speaks for; None when the session was ended or the account is closed."""
    row = door.execute(
        sa.select(Account, AccountSession.id)
        .join(AccountSession, AccountSession.person_id == Account.id)
        .where(AccountSession.token_hash == hash_of(str(secret)), Account.active)
    ).first()
    if row is None:
        return None
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    account: Account
    account, g.account_session_id = row
    return account


def sign_in(account: Account, *, via: str) -> None:
    """Sign the visitor in, and commit. ``via`` names how they showed who they are."""
    login_user(account, authn_via=[via])
    door.commit()


def begin_session(_app: Flask, user: Account, authn_via: Any = None, **_values: Any) -> None:
    """Runs whenever somebody has signed in: the cookie gets a secret of its own, and a strange device a letter."""
    now = clock.now()
    secret = secrets.token_urlsafe(32)
    browser, system = devices.words_for(request.headers.get("User-Agent", "")[:400])
    opened = AccountSession(
        person_id=user.id,
        token_hash=hash_of(secret),
        browser=browser,
        system=system,
        created_at=now,
        seen_at=now,
    )
    door.add(opened)
    door.flush()
    if user.last_sign_in_at is not None and authn_via != ["change"] and not devices.is_known(user.id):
        org_id = queries.organisation_for_letters(user.id)
        if org_id is not None:
            data = {"browser": browser, "system": system, "signed_in_at": now.isoformat(), "url": "/account"}
            queue_letter("new_device", org_id=org_id, now=now, data=data, person_id=user.id, session=door)
    user.last_sign_in_at = now
    session["_user_id"] = secret
    session.permanent = True
    g.account_session_id = opened.id
    person_id = user.id
    after_this_request(lambda response: devices.remember(response, person_id))


def end_this_session(_app: Flask, user: Account | None = None, **_values: Any) -> None:
    """Runs at sign-out: a copy of the cookie is worth nothing afterwards."""
    ended = g.pop("account_session_id", None)
    if ended is not None:
        door.execute(sa.delete(AccountSession).where(AccountSession.id == ended))
        door.commit()


def end_sessions(person_id: int, *, but: int | None = None) -> None:
    """End every session of a person, except perhaps one."""
    door.execute(
        sa.delete(AccountSession).where(AccountSession.person_id == person_id, AccountSession.id.is_distinct_from(but))
    )


def note_use(secret: str, now: datetime) -> None:
    """Write down, at most once an hour, that a session is in use. Commits by itself: the page it serves may not."""
    door.execute(
        sa.update(AccountSession)
        .where(AccountSession.token_hash == hash_of(secret), AccountSession.seen_at < now - SEEN_EVERY)
        .values(seen_at=now)
    )
    door.commit()
