"""Pages about the people of an organisation."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("people", __name__)


@bp.get("/")
def index() -> str:
    return ""
