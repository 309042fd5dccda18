"""A visitor's language and colour scheme, kept in two cookies of the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, redirect, request

bp = Blueprint("preferences", __name__)

YEAR = 365 * 24 * 3600


@bp.post("/language")
def language() -> Response:
    return _keep("language", ("en", "fr"))


@bp.post("/scheme")
def scheme() -> Response:
    return _keep("scheme", ("light", "dark", "system"))


def _keep(name: str, allowed: tuple[str, ...]) -> Response:
    value = request.form.get(name, "")
    if value not in allowed:
        abort(422)
    response = redirect(safe_path(request.form.get("next") or request.referrer or "/"), 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    return response  # type: ignore[return-value]


def safe_path(wanted: str) -> str:
    """The path of ``wanted`` on this site, never another site's."""
    parts = urlsplit(wanted)
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path
