"""The turns of the wishes on the matching page: each is a press of a button, kept at once and taken back by another."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.pairing import wish_commands as commands
from marketplace.pairing.queries import own_enrolment
from marketplace.pairing.wish_queries import may_wish
from marketplace.programmes.modalities import Side
from marketplace.programmes.queries import cohort_or_404
from tenants.shared import clock

bp = Blueprint("wishes", __name__)


def _turn(cohort_id: int, enrolment_id: int, turn: commands.Turn) -> ResponseReturnValue:
    """For those enrolled where somebody pairs them; back to where they were on the page."""
    seen = cohort_or_404(g.acting, cohort_id)
    if not may_wish(seen) or own_enrolment(g.acting, seen, *Side) is None:
        abort(404)
    commands.change_wish(acting=g.acting, seen=seen, enrolment_id=enrolment_id, turn=turn, now=clock.now())
    words = request.form.get("q", "")[:100].strip() or None
    where = "wishes" if turn in {"up", "remove"} else f"person-{enrolment_id}"
    return redirect(url_for("pairing.index", cohort_id=cohort_id, q=words, _anchor=where), 303)


@bp.post("/<int:enrolment_id>/addition")
def add(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    return _turn(cohort_id, enrolment_id, "add")


@bp.post("/<int:enrolment_id>/removal")
def remove(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    return _turn(cohort_id, enrolment_id, "remove")


@bp.post("/<int:enrolment_id>/promotion")
def move_up(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    return _turn(cohort_id, enrolment_id, "up")


@bp.post("/<int:enrolment_id>/opt-out")
def opt_out(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    return _turn(cohort_id, enrolment_id, "apart")


@bp.post("/<int:enrolment_id>/opt-out/removal")
def opt_in(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    return _turn(cohort_id, enrolment_id, "together")
