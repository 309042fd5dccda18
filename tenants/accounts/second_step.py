"""Between the password (or the e-mailed code) and being signed in: the second factor, where there is one.

Flask-Security asks its ``two_factor_plugins`` before it signs anybody in; ours answer for it.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from flask import redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_security.tf_plugin import TfPlugin

from tenants.accounts import passkeys, sessions
from tenants.accounts.door import door
from tenants.accounts.models import Account
from tenants.accounts.onward import path_or_nothing

WAITING = "second_step"
GOOD_FOR = 10 * 60
"""Seconds between the two steps."""


class SecondSteps(TfPlugin):
    """What Flask-Security's sign-in calls instead of its own second factors."""

    def tf_enter(self, user: Any, remember_me: bool | None, primary_authn_via: str, next_loc: str | None) -> Any:
        """The page of the second step, or None for an account that has none."""
        del remember_me, primary_authn_via
        if not has_second_factor(user):
            return None
        session[WAITING] = [user.id, user.fs_uniquifier, path_or_nothing(next_loc), time.time()]
        return redirect(url_for("second_step.show"), 303)


def has_second_factor(account: Account) -> bool:
    return account.totp_secret is not None or bool(passkeys.passkeys_of(account))


def sign_in_or_ask(account: Account, *, via: str, wanted: str) -> ResponseReturnValue:
    """Sign ``account`` in, or lead to the second step; commits either way."""
    asked = SecondSteps().tf_enter(account, None, via, wanted)
    if asked is None:
        return sign_in(account, via=via, wanted=wanted)
    door.commit()
    return asked


def sign_in(account: Account, *, via: str, wanted: str) -> ResponseReturnValue:
    session.pop(WAITING, None)
    sessions.sign_in(account, via=via)
    return redirect(path_or_nothing(wanted) or url_for("workspaces.index"), 303)


def waiting() -> tuple[Account, str] | None:
    """Who has passed the first step and where they wanted to go; None when nobody, too late, or the password changed."""
    person_id, uniquifier, wanted, at = session.get(WAITING) or (0, "", "", 0)
    if time.time() - float(at) > GOOD_FOR:
        return None
    query = sa.select(Account).where(Account.id == person_id, Account.fs_uniquifier == uniquifier, Account.active)
    account = door.scalar(query)
    return (account, wanted) if account else None
