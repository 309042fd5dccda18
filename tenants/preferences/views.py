"""A visitor's language and colour scheme, kept in two cookies of the browser."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, redirect, request

from tenants.accounts import queries
from tenants.accounts.onward import safe_path
from tenants.preferences import commands

bp = Blueprint("preferences", __name__)

YEAR = 365 * 24 * 3600


@bp.post("/language")
def language() -> Response:
    response = _keep("language", request.form.get("locale", ""), ("en", "fr"))
    if account := queries.signed_in_account():
        # Letters follow: the language somebody reads in is the one we write to them in.
        commands.choose_language(account=account, locale=request.form["locale"])
    return response


@bp.post("/scheme")
def scheme() -> Response:
    return _keep("scheme", request.form.get("scheme", ""), ("light", "dark", ""))


def _keep(name: str, value: str, allowed: tuple[str, ...]) -> Response:
    if value not in allowed:
        abort(422)
    response = redirect(safe_path(request.form.get("next") or request.referrer or "/"), 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    return response  # type: ignore[return-value]
