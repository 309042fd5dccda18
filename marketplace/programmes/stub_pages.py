"""Stands in until the programme's own page is there."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("programme_pages", __name__)


@bp.get("/<int:programme_id>")
def show(programme_id: int) -> str:
    return str(programme_id)
