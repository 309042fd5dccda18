"""Pages of the notices."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("notices", __name__)


@bp.get("/")
def index() -> str:
    return ""
