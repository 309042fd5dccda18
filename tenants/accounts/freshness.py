"""Acts that need somebody to have shown a moment ago that it is them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps

from flask import current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import check_and_update_authn_fresh

from tenants.accounts import queries
from tenants.accounts.language import in_language_of

View = Callable[..., ResponseReturnValue]


def sign_in_required(view: View) -> View:
    """Hand the view the visitor's ``account``, and speak their language; without one, lead to the sign-in and back."""

    @wraps(view)
    def guarded(*arguments: object, **values: object) -> ResponseReturnValue:
        account = queries.signed_in_account()
        if account is None:
            wanted = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("accounts.sign_in", next=wanted), 303)
        with in_language_of(account.person):
            return view(*arguments, account=account, **values)

    return guarded


def fresh_sign_in_required(view: View) -> View:
    """As ``sign_in_required``, and the sign-in is at most 30 minutes old (five more while acts follow each other).

    Otherwise the reader confirms first, and comes back to the page (after a POST: to the account's page, where the act
    is asked for again; a POST is not repeated for them). Put it under the route.
    """

    @wraps(view)
    def guarded(*arguments: object, **values: object) -> ResponseReturnValue:
        config = current_app.config
        if check_and_update_authn_fresh(
            config["SECURITY_FRESHNESS"], config["SECURITY_FRESHNESS_GRACE_PERIOD"], "session"
        ):
            return view(*arguments, **values)
        wanted = request.full_path.rstrip("?") if request.method == "GET" else url_for("account.index")
        if request.method == "POST":
            flash(_("Confirm that it is you; then do it once more."), "info")
        return redirect(url_for("accounts.confirmation", next=wanted), 303)

    return sign_in_required(guarded)


def note_fresh_sign_in() -> None:
    """The visitor has just shown that it is them."""
    session["fs_paa"] = time.time()
