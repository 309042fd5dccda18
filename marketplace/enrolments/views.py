"""Pages of one way into a cohort: nominate, apply, answer, decide, leave."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.enrolments import commands, jobs, queries
from marketplace.enrolments.eligibility import Profile, obstacles, profile_of, statements
from marketplace.enrolments.forms import (
    ApplicationForm,
    ApprovalForm,
    ConsentForm,
    DecisionForm,
    DepartureForm,
    ManagerForm,
    NominationForm,
    NotedDepartureForm,
    SheetForm,
    ViewForm,
)
from marketplace.enrolments.policy import may_nominate
from marketplace.enrolments.queries import EnrolmentSeen
from marketplace.enrolments.sheets import Fault, read_nominations
from marketplace.enrolments.words import HAS_TIME, KINDS, REASONS, TURNS, of_vocabulary
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import EnrolmentState
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from tenants.shared import clock
from tenants.shared.errors import Refused
from tenants.spreadsheets.reading import MOST_BYTES, read_sheet
from tenants.spreadsheets.words import Unreadable

bp = Blueprint("enrolments", __name__)

ENROLMENT_JOBS = jobs
"""Registered with the queue when the pages are."""


def _cohort(cohort_id: int) -> CohortSeen:
    return cohort_or_404(g.acting, cohort_id)


def _to_nominate(cohort_id: int) -> CohortSeen:
    seen = _cohort(cohort_id)
    return seen if may_nominate(g.acting, seen) else abort(404)


def _found(cohort_id: int, enrolment_id: int) -> tuple[CohortSeen, EnrolmentSeen]:
    seen = _cohort(cohort_id)
    return seen, queries.enrolment_or_404(g.acting, seen, enrolment_id, clock.now())


def _said(seen: CohortSeen) -> dict[Side, list[str]]:
    return {side: statements(seen.cohort.modalities, side) for side in seen.cohort.modalities.sides}


def _confirms(form: Any, seen: CohortSeen) -> bool:
    """Statements in the programme's own words are confirmed by a tick."""
    side = Side(form.side.data)
    if statements(seen.cohort.modalities, side) and not form.states_true.data:
        form.states_true.errors = [_("Confirm that it is true, or choose somebody else.")]
        return False
    return True


# --- nominations ----------------------------------------------------------------------------------------------------


def _nomination_page(
    seen: CohortSeen, form: NominationForm, faults: list[Fault] | None = None, sheet: Any = None
) -> str:
    return render_template(
        "enrolments/nominate.html",
        seen=seen,
        form=form,
        sheet=sheet or SheetForm(formdata=None),
        faults=faults or [],
        said=_said(seen),
        replaces=request.values.get("replaces", type=int),
    )


def _nomination_form(seen: CohortSeen, **options: Any) -> NominationForm:
    form = NominationForm(**options)
    form.offer(seen.cohort.modalities.sides, seen.cohort.form)
    return form


@bp.get("/nomination")
def nomination(cohort_id: int) -> str:
    seen = _to_nominate(cohort_id)
    return _nomination_page(seen, _nomination_form(seen, formdata=None))


@bp.post("/nomination")
def nominate(cohort_id: int) -> ResponseReturnValue:
    seen = _to_nominate(cohort_id)
    form = _nomination_form(seen)
    if not form.validate_on_submit() or not _confirms(form, seen):
        return _nomination_page(seen, form), 422
    person_id = queries.known_people(g.acting, [form.address.data]).get(form.address.data.lower())
    profile = profile_of(g.acting.org_id, person_id) if person_id else None
    if profile is None:
        form.address.errors = [_("Nobody in your organisation has this address. Invite them under People first.")]
        return _nomination_page(seen, form), 422
    side = Side(form.side.data)
    if against := obstacles(seen.cohort.modalities, side, profile):
        form.address.errors = [" ".join(against)]
        return _nomination_page(seen, form), 422
    replaces = request.form.get("replaces", type=int)
    commands.nominate(acting=g.acting, seen=seen, profile=profile, side=side, now=clock.now(), replaces_id=replaces)
    flash(_("%(name)s is asked by letter, and can answer from it.", name=profile.name), "ok")
    return redirect(url_for("cohorts.board", cohort_id=cohort_id), 303)


@bp.post("/nomination/list")
def nominate_list(cohort_id: int) -> ResponseReturnValue:
    seen = _to_nominate(cohort_id)
    sheet = SheetForm()
    empty = _nomination_form(seen, formdata=None)
    if not sheet.validate_on_submit():
        return _nomination_page(seen, empty, sheet=sheet), 422
    try:
        read = read_sheet(sheet.sheet.data.read(MOST_BYTES + 1))
    except Unreadable as fault:
        sheet.sheet.errors = [str(fault)]
        return _nomination_page(seen, empty, sheet=sheet), 422
    chosen, faults = read_nominations(g.acting, seen.cohort.modalities, read)
    if faults:
        return _nomination_page(seen, empty, faults), 422
    number = commands.nominate_many(acting=g.acting, seen=seen, chosen=chosen, now=clock.now())
    flash(ngettext("%(num)d person is asked by letter.", "%(num)d people are asked by letter.", number), "ok")
    return redirect(url_for("cohorts.board", cohort_id=cohort_id), 303)


# --- application ----------------------------------------------------------------------------------------------------


def _own_profile() -> Profile:
    return profile_of(g.acting.org_id, g.acting.person_id) or abort(404)


def _application_page(seen: CohortSeen, form: ApplicationForm) -> str:
    profile = _own_profile()
    modalities = seen.cohort.modalities
    return render_template(
        "enrolments/apply.html",
        seen=seen,
        form=form,
        profile=profile,
        own=queries.current_enrolment(seen),
        against={side: obstacles(modalities, side, profile) for side in modalities.sides},
        said=_said(seen),
        words_of=of_vocabulary,
    )


def _application_form(seen: CohortSeen, **options: Any) -> ApplicationForm:
    form = ApplicationForm(**options)
    form.manager.flags.required = seen.cohort.modalities.manager_view
    form.offer(seen.cohort.modalities.sides, seen.cohort.form)
    return form


def _to_apply(cohort_id: int) -> CohortSeen:
    seen = _cohort(cohort_id)
    return seen if g.acting.org_id in seen.cohort.parties else abort(404)


@bp.get("/application")
def application(cohort_id: int) -> str:
    seen = _to_apply(cohort_id)
    return _application_page(
        seen, _application_form(seen, formdata=None, data={"places": str(_own_profile().capacity)})
    )


@bp.post("/application")
def apply(cohort_id: int) -> ResponseReturnValue:
    seen = _to_apply(cohort_id)
    form = _application_form(seen)
    if not form.validate_on_submit() or not _confirms(form, seen):
        return _application_page(seen, form), 422
    if seen.cohort.modalities.manager_view and not form.manager.data:
        form.manager.errors = [
            _("The programme asks for your line manager’s view. Name them by their address at work.")
        ]
        return _application_page(seen, form), 422
    try:
        one = commands.apply(
            acting=g.acting,
            seen=seen,
            profile=_own_profile(),
            side=Side(form.side.data),
            places=int(form.places.data or 1),
            manager=form.manager.data or "",
            now=clock.now(),
        )
    except Refused as refusal:
        if form.manager.data and form.manager.data in refusal.sentence:
            form.manager.errors = [refusal.sentence]
            return _application_page(seen, form), 422
        raise
    flash(_("Your application is on its way. You get a letter with every answer."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id, enrolment_id=one.id), 303)


# --- one of them ----------------------------------------------------------------------------------------------------


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
        may_continue=found.mine and one.firm_id is None and one.state is EnrolmentState.enrolled,
        **scene,
    )


def _back(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show", cohort_id=cohort_id, enrolment_id=enrolment_id), 303)


@bp.get("/<int:enrolment_id>")
def show(cohort_id: int, enrolment_id: int) -> str:
    return _show(*_found(cohort_id, enrolment_id))


@bp.post("/<int:enrolment_id>/answer")
def answer_nomination(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = _found(cohort_id, enrolment_id)
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
    return _back(cohort_id, enrolment_id)


@bp.post("/<int:enrolment_id>/approval")
def approve(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = _found(cohort_id, enrolment_id)
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
    return _back(cohort_id, enrolment_id)


@bp.post("/<int:enrolment_id>/decision")
def decide(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = _found(cohort_id, enrolment_id)
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
    return _back(cohort_id, enrolment_id)


@bp.post("/<int:enrolment_id>/manager")
def ask_manager(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = _found(cohort_id, enrolment_id)
    form = ManagerForm()
    if not (found.cares or found.mine):
        abort(403)
    if not form.validate_on_submit():
        return _show(seen, found, manager=form), 422
    commands.ask_manager(acting=g.acting, enrolment=found.enrolment, address=form.manager.data, now=clock.now())
    flash(_("The line manager is asked by letter."), "ok")
    return _back(cohort_id, enrolment_id)


@bp.get("/<int:enrolment_id>/withdrawal")
def ask_withdrawal(cohort_id: int, enrolment_id: int) -> str:
    seen, found = _found(cohort_id, enrolment_id)
    if not (found.mine or found.cares):
        abort(403)
    return render_template("enrolments/withdraw.html", seen=seen, found=found, one=found.enrolment)


@bp.post("/<int:enrolment_id>/withdrawal")
def withdraw(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = _found(cohort_id, enrolment_id)
    if found.mine:
        commands.withdraw(acting=g.acting, enrolment=found.enrolment, now=clock.now())
    else:
        commands.withdraw_nomination(acting=g.acting, seen=seen, enrolment=found.enrolment, now=clock.now())
    flash(_("Withdrawn."), "ok")
    return _back(cohort_id, enrolment_id)


def _departure_page(seen: CohortSeen, found: EnrolmentSeen, form: Any) -> str:
    return render_template("enrolments/leave.html", seen=seen, found=found, one=found.enrolment, form=form)


@bp.get("/<int:enrolment_id>/departure")
def ask_departure(cohort_id: int, enrolment_id: int) -> str:
    seen, found = _found(cohort_id, enrolment_id)
    if not (found.mine or found.runs):
        abort(403)
    return _departure_page(seen, found, (DepartureForm if found.mine else NotedDepartureForm)(formdata=None))


@bp.post("/<int:enrolment_id>/departure")
def leave(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = _found(cohort_id, enrolment_id)
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
    return _back(cohort_id, enrolment_id)


@bp.post("/<int:enrolment_id>/continuation")
def continue_for(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = _found(cohort_id, enrolment_id)
    if not found.mine:
        abort(403)
    commands.continue_for(
        acting=g.acting, seen=seen, enrolment=found.enrolment, profile=_own_profile(), now=clock.now()
    )
    flash(_("You go on for %(org)s.", org=g.acting.org_name), "ok")
    return _back(cohort_id, enrolment_id)


# --- the line manager -----------------------------------------------------------------------------------------------


def _view_page(cohort_id: int, enrolment_id: int, form: ViewForm) -> str:
    seen = _cohort(cohort_id)
    asked = queries.asked_manager_or_404(g.acting, seen.cohort.org_id, enrolment_id)
    return render_template(
        "enrolments/view.html",
        seen=seen,
        asked=asked,
        form=form,
        action=url_for(".give_view", cohort_id=cohort_id, enrolment_id=enrolment_id),
    )


@bp.get("/<int:enrolment_id>/view")
def view(cohort_id: int, enrolment_id: int) -> str:
    return _view_page(cohort_id, enrolment_id, ViewForm(formdata=None))


@bp.post("/<int:enrolment_id>/view")
def give_view(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, form = _cohort(cohort_id), ViewForm()
    asked = queries.asked_manager_or_404(g.acting, seen.cohort.org_id, enrolment_id)
    if not form.validate_on_submit():
        return _view_page(cohort_id, enrolment_id, form), 422
    commands.answer_manager_view(
        acting=g.acting, view=asked.view, has_time=form.has_time.data, words=form.words.data or "", now=clock.now()
    )
    flash(_("Thank you. Your view is kept."), "ok")
    return redirect(url_for("cohorts.show", cohort_id=cohort_id), 303)


@bp.post("/<int:enrolment_id>/nudge")
def nudge(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    seen, found = _found(cohort_id, enrolment_id)
    if not (found.cares or found.runs):
        abort(403)
    commands.nudge(acting=g.acting, seen=seen, enrolment_id=enrolment_id, now=clock.now())
    flash(_("A kind reminder goes to whoever is to answer."), "ok")
    back: dict[str, Any] = {
        name: request.form[name] for name in ("state", "side", "firm", "stuck", "q") if request.form.get(name)
    }
    return redirect(url_for("cohorts.board", cohort_id=cohort_id, **back), 303)
