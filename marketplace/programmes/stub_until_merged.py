"""Stands in for pages of other features until they are here."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("programme_pages", __name__)
cohorts = Blueprint("cohorts", __name__)


def show_cohort(cohort_id: int) -> str:
    return str(cohort_id)


cohorts.add_url_rule("/<int:cohort_id>", "show", show_cohort)
cohorts.add_url_rule("/new/<int:programme_id>", "new", lambda programme_id: str(programme_id))


@bp.get("/<int:programme_id>")
def show(programme_id: int) -> str:
    return str(programme_id)
