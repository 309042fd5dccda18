"""Pages of a mentoring request."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("requests", __name__)


@bp.get("/")
def index() -> str:
    return ""
