"""Pages about a network's member firms."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("firms", __name__)


@bp.get("/")
def index() -> str:
    return ""
