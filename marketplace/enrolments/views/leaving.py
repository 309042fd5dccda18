"""Taken back, left early, gone on with for a new employer."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.enrolments import commands
from marketplace.enrolments.forms import (
    DepartureForm,
    NotedDepartureForm,
)
from marketplace.enrolments.queries import EnrolmentSeen
from marketplace.enrolments.views.blueprint import back_to, bp, found_here, own_profile
from marketplace.programmes.queries import CohortSeen
from tenants.shared import clock


@bp.get("/<int:enrolment_id>/withdrawal")
def ask_withdrawal(cohort_id: int, enrolment_id: int) -> str:
    seen, found = found_here(cohort_id, enrolment_id)
    if not (found.mine or found.cares):
        abort(403)
    return render_template("enrolments/withdraw.html", seen=seen, found=found, one=found.enrolment)


@bp.post("/<int:enrolment_id>/withdrawal")
def withdraw(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = found_here(cohort_id, enrolment_id)
    if found.mine:
        commands.withdraw(acting=g.acting, enrolment=found.enrolment, now=clock.now())
    else:
        commands.withdraw_nomination(acting=g.acting, seen=seen, enrolment=found.enrolment, now=clock.now())
    flash(_("Withdrawn."), "ok")
    return back_to(cohort_id, enrolment_id)


def _departure_page(seen: CohortSeen, found: EnrolmentSeen, form: Any) -> str:
    return render_template("enrolments/leave.html", seen=seen, found=found, one=found.enrolment, form=form)


@bp.get("/<int:enrolment_id>/departure")
def ask_departure(cohort_id: int, enrolment_id: int) -> str:
    seen, found = found_here(cohort_id, enrolment_id)
    if not (found.mine or found.runs):
        abort(403)
    return _departure_page(seen, found, (DepartureForm if found.mine else NotedDepartureForm)(formdata=None))


@bp.post("/<int:enrolment_id>/departure")
def leave(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = found_here(cohort_id, enrolment_id)
    if not (found.mine or found.runs):
        abort(403)
    form = DepartureForm() if found.mine else NotedDepartureForm()
    if not form.validate_on_submit():
        return _departure_page(seen, found, form), 422
    words, now = form.words.data or "", clock.now()
    if found.mine:
        commands.drop_out(acting=g.acting, enrolment=found.enrolment, words=words, now=now)
        flash(_("You have left the cohort. Thank you for having been part of it."), "ok")
    else:
        commands.note_departure(acting=g.acting, seen=seen, enrolment=found.enrolment, words=words, now=now)
        flash(_("Noted. The person gets a letter."), "ok")
    return back_to(cohort_id, enrolment_id)


@bp.post("/<int:enrolment_id>/continuation")
def continue_for(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = found_here(cohort_id, enrolment_id)
    if not found.mine:
        abort(403)
    commands.continue_for(acting=g.acting, seen=seen, enrolment=found.enrolment, profile=own_profile(), now=clock.now())
    flash(_("You go on for %(org)s.", org=g.acting.org_name), "ok")
    return back_to(cohort_id, enrolment_id)
