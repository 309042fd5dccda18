"""Pages that stand on another branch, so that links to them can be made until both are together."""

from __future__ import annotations

from flask import Blueprint, abort

programmes = Blueprint("programmes", __name__)
cohorts = Blueprint("cohorts", __name__)
enrolments = Blueprint("enrolments", __name__)


@programmes.get("/programmes/")
def index() -> str:
    abort(404)


@programmes.get("/programmes/<int:programme_id>/design")
def design(programme_id: int) -> str:
    del programme_id
    abort(404)


@cohorts.get("/cohorts/<int:cohort_id>", endpoint="show")
def show_cohort(cohort_id: int) -> str:
    del cohort_id
    abort(404)


@enrolments.get("/cohorts/<int:cohort_id>/enrolments/<int:enrolment_id>", endpoint="show")
def show_enrolment(cohort_id: int, enrolment_id: int) -> str:
    del cohort_id, enrolment_id
    abort(404)
