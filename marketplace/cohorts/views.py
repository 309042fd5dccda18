"""Pages of a cohort: overview, timeline, settings, the next phase, the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.cohorts import board as board_pages
from marketplace.cohorts import commands, jobs, timeline
from marketplace.cohorts.checklists import checklists, not_done_before
from marketplace.cohorts.forms import (
    NUMBERS,
    NewCohortForm,
    PhaseForm,
    SettingsForm,
    TimelineForm,
    settings_values,
    timeline_form,
)
from marketplace.enrolments import queries as enrolments
from marketplace.enrolments.policy import may_nominate
from marketplace.enrolments.words import KINDS, REASONS
from marketplace.programmes.modalities import Phase
from marketplace.programmes.models import Cohort, CohortPhase, CohortState, EnrolmentState
from marketplace.programmes.queries import CohortSeen, cohort_or_404, phases_of, run_cohort_or_404, run_programme_or_404
from marketplace.programmes.tabs import Tab, register
from marketplace.programmes.words import PHASES
from tenants.shared import clock
from tenants.shared.database import db

bp = Blueprint("cohorts", __name__)
board_pages.install(bp)

COHORT_JOBS = jobs
"""Registered with the queue when the pages are."""

register(Tab("overview", _l("Overview"), "cohorts.show", 10))
register(Tab("people", _l("People"), "cohorts.board", 20, shown=lambda seen: seen.runs or seen.coordinates))
register(Tab("timeline", _l("Timeline"), "cohorts.timeline_page", 80, shown=lambda seen: seen.runs))
register(Tab("settings", _l("Settings"), "cohorts.settings", 90, shown=lambda seen: seen.runs))


# --- a new one ------------------------------------------------------------------------------------------------------


def _new_page(programme_id: int, form: NewCohortForm) -> str:
    programme = run_programme_or_404(g.acting, programme_id)
    days = timeline.planned_days(programme.modalities, form.launch_on.data) if form.launch_on.data else {}
    return render_template("cohorts/new.html", programme=programme, form=form, days=days)


@bp.get("/new/<int:programme_id>")
def new(programme_id: int) -> str:
    programme = run_programme_or_404(g.acting, programme_id)
    first = db.session.scalar(
        sa.select(sa.func.count()).where(Cohort.org_id == programme.org_id, Cohort.programme_id == programme.id)
    )
    return _new_page(programme_id, NewCohortForm(formdata=None, data={"is_pilot": not first}))


@bp.post("/new/<int:programme_id>/cohort")
def create(programme_id: int) -> ResponseReturnValue:
    programme, form = run_programme_or_404(g.acting, programme_id), NewCohortForm()
    if form.validate_on_submit() and form.launch_on.data < clock.today():
        form.launch_on.errors = [_("The launch lies ahead. Choose a day from today on.")]
    if form.errors or not form.launch_on.data:
        return _new_page(programme_id, form), 422
    cohort = commands.create_cohort(
        acting=g.acting,
        programme=programme,
        launch_on=form.launch_on.data,
        is_pilot=form.is_pilot.data,
        now=clock.now(),
    )
    flash(_("The cohort is a draft: look at its days, then open it."), "ok")
    return redirect(url_for(".show", cohort_id=cohort.id), 303)


# --- overview -------------------------------------------------------------------------------------------------------


@bp.get("/<int:cohort_id>")
def show(cohort_id: int) -> str:
    seen = cohort_or_404(g.acting, cohort_id)
    phases = phases_of(seen.cohort)
    looks_after = seen.runs or seen.coordinates
    counts = enrolments.counts(seen) if looks_after else {}
    lists = checklists(seen.cohort, counts) if seen.runs else {}
    return render_template(
        "cohorts/show.html",
        seen=seen,
        timeline=phases,
        present=timeline.present_phase(phases),
        following=timeline.next_phase(phases) if seen.cohort.state is CohortState.open else None,
        lists=lists,
        total=sum(counts.values()),
        own=enrolments.current_enrolment(seen),
        last=seen.own[0] if seen.own else None,
        may_nominate=may_nominate(g.acting, seen),
        kinds=KINDS,
        reasons=REASONS,
        today=clock.today(),
    )


@bp.post("/<int:cohort_id>/opening")
def open_cohort(cohort_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    commands.open_cohort(acting=g.acting, cohort=seen.cohort, programme=seen.programme, now=clock.now())
    flash(_("The cohort is open. Those who look after people in each organisation get a letter."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id), 303)


# --- the next phase -------------------------------------------------------------------------------------------------


def _phase_page(seen: CohortSeen, phase: Phase, form: PhaseForm) -> str:
    phases = phases_of(seen.cohort)
    target = next((one for one in phases if one.phase is phase), None) or abort(404)
    counts = enrolments.counts(seen)
    waiting = not_done_before(phase, checklists(seen.cohort, counts))
    between = [one for one in phases[: phases.index(target)] if one.opened_at is None and one.skipped_at is None]
    return render_template(
        "cohorts/phase.html",
        seen=seen,
        target=target,
        form=form,
        waiting=waiting,
        names=[_names(seen, line.board) for line in waiting],
        between=between,
    )


MOST_NAMES = 6


def _names(seen: CohortSeen, board: Mapping[str, Any]) -> list[str]:
    """Some of those whom a line of a checklist is about."""
    filters = enrolments.Filters(
        state=EnrolmentState(board["state"]) if "state" in board else None, untrained="untrained" in board
    )
    rows, _more = enrolments.board(g.acting, seen, filters, None, clock.now())
    return [row.name for row in rows[:MOST_NAMES]]


def _phase(name: str) -> Phase:
    return Phase(name) if name in set(Phase) else abort(404)


@bp.get("/<int:cohort_id>/phases/<phase>/opening")
def ask_phase(cohort_id: int, phase: str) -> str:
    return _phase_page(run_cohort_or_404(g.acting, cohort_id), _phase(phase), PhaseForm(formdata=None))


@bp.post("/<int:cohort_id>/phases/<phase>/opening")
def open_phase(cohort_id: int, phase: str) -> ResponseReturnValue:
    seen, form = run_cohort_or_404(g.acting, cohort_id), PhaseForm()
    if not form.validate_on_submit():
        return _phase_page(seen, _phase(phase), form), 422
    commands.open_phase(acting=g.acting, cohort=seen.cohort, phase=_phase(phase), then=form.then.data, now=clock.now())
    flash(_("%(phase)s has begun.", phase=PHASES[Phase(phase)]), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id), 303)


# --- the days -------------------------------------------------------------------------------------------------------


def _timeline_page(
    seen: CohortSeen,
    form: TimelineForm,
    phases: list[CohortPhase],
    proposal: dict[Phase, date] | None = None,
    changed: dict[Phase, CohortPhase] | None = None,
) -> str:
    return render_template(
        "cohorts/timeline.html",
        seen=seen,
        form=form,
        phases_here=phases,
        proposal=proposal,
        changed=changed or {},
    )


@bp.get("/<int:cohort_id>/timeline")
def timeline_page(cohort_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    phases = list(phases_of(seen.cohort))
    return _timeline_page(seen, timeline_form(phases, formdata=None), phases)


@bp.post("/<int:cohort_id>/timeline")
def change_timeline(cohort_id: int) -> ResponseReturnValue:
    """What somebody else changed meanwhile stays where this form did not touch it, and is asked where both did."""
    seen = run_cohort_or_404(g.acting, cohort_id)
    phases = list(phases_of(seen.cohort))
    form = timeline_form(phases)
    if not form.validate_on_submit():
        return _timeline_page(seen, form, phases), 422
    days, hands, changed = _merged(form, phases)
    if changed:
        return _timeline_page(seen, form, phases, changed=changed), 422
    if wrong := timeline.faults(phases, days):
        moved = timeline.moved_along(phases, days)
        mended = not timeline.faults(phases, moved)
        if not (mended and form.along.data):
            for phase, sentence in wrong.items():
                form[f"day_{phase.value}"].errors = [sentence]
            proposal = {phase: day for phase, day in moved.items() if day != days[phase]} if mended else None
            return _timeline_page(seen, form, phases, proposal), 422
        days = moved
    commands.change_timeline(acting=g.acting, cohort=seen.cohort, days=days, by_hand=hands, now=clock.now())
    flash(_("The days are kept."), "ok")
    return redirect(url_for(".timeline_page", cohort_id=cohort_id), 303)


def _merged(
    form: TimelineForm, phases: list[CohortPhase]
) -> tuple[dict[Phase, date], frozenset[Phase], dict[Phase, CohortPhase]]:
    days: dict[Phase, date] = {}
    hands: set[Phase] = set()
    changed: dict[Phase, CohortPhase] = {}
    for one in phases:
        field = form[f"was_{one.phase.value}"]
        typed = (form.typed(one.phase) or one.starts_on, form.by_hand(one.phase))
        present = (one.starts_on, one.by_hand)
        was = field.data
        untouched = was == f"{typed[0].isoformat()} {int(typed[1])}"
        moved = was != f"{present[0].isoformat()} {int(present[1])}"
        if moved and not untouched and typed != present:
            changed[one.phase] = one
        chosen = present if untouched else typed
        days[one.phase] = chosen[0]
        if chosen[1]:
            hands.add(one.phase)
        # The next time, the form is measured by what stands there now.
        field.data = f"{present[0].isoformat()} {int(present[1])}"
    return days, frozenset(hands), changed


# --- settings -------------------------------------------------------------------------------------------------------


def _numbers(cohort: Cohort) -> dict[str, int | None]:
    chosen = cohort.modalities
    return {
        "places_mentors": chosen.mentors.places,
        "places_mentees": chosen.mentees.places,
        "quota_mentors": chosen.quota.mentors,
        "quota_mentees": chosen.quota.mentees,
    }


def _settings_page(seen: CohortSeen, form: SettingsForm, changed: dict[str, Any] | None = None) -> str:
    return render_template("cohorts/settings.html", seen=seen, form=form, changed=changed or {})


@bp.get("/<int:cohort_id>/settings")
def settings(cohort_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    numbers = _numbers(seen.cohort)
    was = settings_values(numbers, seen.cohort.is_pilot)
    form = SettingsForm(formdata=None, data={**numbers, "is_pilot": seen.cohort.is_pilot, "was": was})
    return _settings_page(seen, form)


@bp.post("/<int:cohort_id>/settings")
def change_settings(cohort_id: int) -> ResponseReturnValue:
    seen, form = run_cohort_or_404(g.acting, cohort_id), SettingsForm()
    if not form.validate_on_submit():
        return _settings_page(seen, form), 422
    present = _numbers(seen.cohort)
    wanted, pilot, changed = _merged_settings(form, present, seen.cohort.is_pilot)
    if changed:
        form.was.data = settings_values(present, seen.cohort.is_pilot)
        return _settings_page(seen, form, changed), 422
    wrong = commands.change_settings(
        acting=g.acting, cohort=seen.cohort, is_pilot=pilot, numbers=wanted, now=clock.now()
    )
    if wrong:
        for name, sentence in wrong.items():
            form[name].errors = [sentence]
        return _settings_page(cohort_or_404(g.acting, cohort_id), form), 422
    flash(_("Saved."), "ok")
    return redirect(url_for(".settings", cohort_id=cohort_id), 303)


def _merged_settings(
    form: SettingsForm, present: dict[str, int | None], is_pilot: bool
) -> tuple[dict[str, int | None], bool, dict[str, Any]]:
    """Field by field: untouched ones as they stand now, touched ones as typed; those that both changed are named."""
    typed = form.numbers()
    was = (form.was.data or "").split(" ")
    if len(was) != len(NUMBERS) + 1:
        return typed, form.is_pilot.data, {}
    wanted: dict[str, int | None] = {}
    changed: dict[str, Any] = {}
    for name, before in zip(NUMBERS, was[1:], strict=True):
        old = None if before == "-" else int(before) if before.isdecimal() else None
        if typed[name] == old:
            wanted[name] = present[name]
        else:
            wanted[name] = typed[name]
            if present[name] not in (old, typed[name]):
                changed[name] = present[name]
    pilot = is_pilot if form.is_pilot.data == (was[0] == "1") else form.is_pilot.data
    return wanted, pilot, changed


# --- the end --------------------------------------------------------------------------------------------------------


def _end_page(cohort_id: int, template: str) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    counts = enrolments.counts(seen)
    inside = sum(number for (_side, state), number in counts.items() if state.value == "enrolled")
    coming = sum(
        number
        for (_side, state), number in counts.items()
        if state.value in ("nominated", "awaiting_employer", "awaiting_decision", "waiting")
    )
    return render_template(template, seen=seen, inside=inside, coming=coming)


@bp.get("/<int:cohort_id>/closing")
def ask_closing(cohort_id: int) -> str:
    return _end_page(cohort_id, "cohorts/close.html")


@bp.post("/<int:cohort_id>/closing")
def close(cohort_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    commands.close_cohort(acting=g.acting, cohort=seen.cohort, now=clock.now())
    flash(_("The cohort is closed. Everybody gets a letter."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id), 303)


@bp.get("/<int:cohort_id>/cancellation")
def ask_cancellation(cohort_id: int) -> str:
    return _end_page(cohort_id, "cohorts/cancel.html")


@bp.post("/<int:cohort_id>/cancellation")
def cancel(cohort_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    commands.cancel_cohort(acting=g.acting, cohort=seen.cohort, now=clock.now())
    flash(_("The cohort is cancelled. Everybody gets a letter."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id), 303)
