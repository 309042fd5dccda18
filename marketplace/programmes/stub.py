"""Stands in for the programme's own page until it is there."""

from __future__ import annotations

from flask import Blueprint, g

from marketplace.programmes.queries import programme_or_404

bp = Blueprint("programme_pages", __name__)


@bp.get("/<int:programme_id>")
def show(programme_id: int) -> str:
    return programme_or_404(g.acting, programme_id).name("en")
