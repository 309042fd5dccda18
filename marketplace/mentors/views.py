"""Pages where a mentor makes and publishes their page."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("mentors", __name__)


@bp.get("/")
def edit() -> str:
    return ""
