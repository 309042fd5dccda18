"""One way into a cohort, and the answers of the person, the employer and those who run it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.enrolments import commands
from marketplace.enrolments.forms import (
    ApprovalForm,
    ConsentForm,
    DecisionForm,
    ManagerForm,
    NotedDepartureForm,
)
from marketplace.enrolments.queries import EnrolmentSeen
from marketplace.enrolments.views.blueprint import back_to, bp, found_here
from marketplace.enrolments.words import HAS_TIME, KINDS, REASONS, TURNS, of_vocabulary
from marketplace.programmes.models import EnrolmentState
from marketplace.programmes.queries import CohortSeen
from marketplace.readiness.queries import done_of
from tenants.shared import clock


def _show(seen: CohortSeen, found: EnrolmentSeen, **forms: Any) -> str:
    one = found.enrolment
    scene: dict[str, Any] = {
        "consent": ConsentForm(formdata=None),
        "approval": ApprovalForm(formdata=None),
        "decision": DecisionForm(formdata=None),
        "manager": ManagerForm(formdata=None),
        "noted": NotedDepartureForm(formdata=None),
    } | forms
    scene["decision"].offer(one.state is EnrolmentState.waiting)
    return render_template(
        "enrolments/show.html",
        seen=seen,
        found=found,
        one=one,
        reasons=REASONS,
        turns=TURNS,
        kinds=KINDS,
        has_time=HAS_TIME,
        words_of=of_vocabulary,
        readiness=done_of(seen, one) if found.cares or found.runs else (),
        may_continue=found.mine and one.firm_id is None and one.state is EnrolmentState.enrolled,
        **scene,
    )


@bp.get("/<int:enrolment_id>")
def show(cohort_id: int, enrolment_id: int) -> str:
    return _show(*found_here(cohort_id, enrolment_id))


@bp.post("/<int:enrolment_id>/answer")
def answer_nomination(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = found_here(cohort_id, enrolment_id)
    form = ConsentForm()
    if not found.mine:
        abort(403)
    if not form.validate_on_submit():
        return _show(seen, found, consent=form), 422
    commands.answer_nomination(
        acting=g.acting,
        cohort=seen.cohort,
        enrolment=found.enrolment,
        agreed=form.answer.data == "yes",
        words=form.words.data or "",
        now=clock.now(),
    )
    flash(_("Your answer is kept."), "ok")
    return back_to(cohort_id, enrolment_id)


@bp.post("/<int:enrolment_id>/approval")
def approve(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = found_here(cohort_id, enrolment_id)
    form = ApprovalForm()
    if not found.cares:
        abort(403)
    if not form.validate_on_submit():
        return _show(seen, found, approval=form), 422
    commands.answer_for_employer(
        acting=g.acting,
        cohort=seen.cohort,
        enrolment=found.enrolment,
        approved=form.answer.data == "yes",
        words=form.words.data or "",
        now=clock.now(),
    )
    flash(_("Your answer is kept."), "ok")
    return back_to(cohort_id, enrolment_id)


@bp.post("/<int:enrolment_id>/decision")
def decide(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = found_here(cohort_id, enrolment_id)
    form = DecisionForm()
    if not found.runs:
        abort(403)
    form.offer(found.enrolment.state is EnrolmentState.waiting)
    if not form.validate_on_submit() or not form.explains():
        return _show(seen, found, decision=form), 422
    key: dict[str, Any] = {"acting": g.acting, "seen": seen, "enrolment": found.enrolment, "now": clock.now()}
    match form.answer.data:
        case "take_in":
            commands.take_in(**key)
        case "list":
            commands.put_on_waiting_list(**key)
        case _:
            commands.refuse(**key, words=form.words.data or "")
    flash(_("Decided. The person gets a letter."), "ok")
    return back_to(cohort_id, enrolment_id)


@bp.post("/<int:enrolment_id>/manager")
def ask_manager(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = found_here(cohort_id, enrolment_id)
    form = ManagerForm()
    if not (found.cares or found.mine):
        abort(403)
    if not form.validate_on_submit():
        return _show(seen, found, manager=form), 422
    commands.ask_manager(acting=g.acting, enrolment=found.enrolment, address=form.manager.data, now=clock.now())
    flash(_("The line manager is asked by letter."), "ok")
    return back_to(cohort_id, enrolment_id)


@bp.post("/<int:enrolment_id>/nudge")
def nudge(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = found_here(cohort_id, enrolment_id)
    if not (found.cares or found.runs):
        abort(403)
    commands.nudge(acting=g.acting, seen=seen, enrolment_id=enrolment_id, now=clock.now())
    flash(_("A kind reminder goes to whoever is to answer."), "ok")
    back: dict[str, Any] = {
        name: request.form[name] for name in ("state", "side", "firm", "stuck", "q") if request.form.get(name)
    }
    return redirect(url_for("cohorts.board", cohort_id=cohort_id, **back), 303)
