"""Pages of the directory."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("directory", __name__)


@bp.get("/")
def index() -> str:
    return ""
