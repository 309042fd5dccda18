"""Pages to sign in, sign out, and choose a workspace."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounts", __name__)


@bp.get("/sign-in")
def sign_in() -> str:
    return ""
