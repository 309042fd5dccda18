"""Pages of the confirmed pair."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("mentorships", __name__)


@bp.get("/")
def index() -> str:
    return ""
