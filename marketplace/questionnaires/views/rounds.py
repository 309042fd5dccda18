"""For those who run a cohort: which rounds there are, planning one, its days, calling it off and closing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.programmes.queries import CohortSeen, phases_of, run_cohort_or_404
from marketplace.questionnaires import commands, queries
from marketplace.questionnaires.commands import Plan
from marketplace.questionnaires.defaults import ENOUGH
from marketplace.questionnaires.forms import DaysForm, PlanForm, audiences_of
from marketplace.questionnaires.models import Audience, Moment
from marketplace.questionnaires.views.blueprints import language, moment_or_404, of_cohort
from marketplace.questionnaires.words import AUDIENCES, MOMENTS, STATES
from tenants.shared import clock

PHASE_OF = {Moment.start: "launch", Moment.mid_point: "mid_point"}
LATER = {Moment.after_12_months: 365, Moment.after_24_months: 730}


@of_cohort.get("")
def index(cohort_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    return render_template(
        "questionnaires/index.html",
        seen=seen,
        rounds=queries.rounds_of(seen),
        moments=MOMENTS,
        audiences=AUDIENCES,
        states=STATES,
        enough=ENOUGH,
        offered=audiences_of(seen.cohort.modalities.sides),
    )


def _plan(seen: CohortSeen, moment: Moment, form: PlanForm) -> str:
    few = {one: count for one, count in queries.people_today(seen).items() if count < ENOUGH}
    offered = {value for value, *_rest in form.audience.choices}
    return render_template(
        "questionnaires/plan.html",
        seen=seen,
        moment=moment,
        moments=MOMENTS,
        form=form,
        few=[f"{AUDIENCES[one]} ({count})" for one, count in few.items() if one.value in offered],
    )


def _form(seen: CohortSeen, moment: Moment, **more: Any) -> PlanForm:
    days = {one.phase.value: one.starts_on for one in phases_of(seen.cohort)}
    first = days.get(PHASE_OF.get(moment, "closing"), seen.cohort.launch_on) + timedelta(days=LATER.get(moment, 0))
    first = max(first, clock.today())
    data = {"opens_on": first, "closes_on": first + timedelta(days=14), "zone": g.acting.time_zone, "anonymous": "yes"}
    return PlanForm(data=data, **more).offer(seen.cohort.modalities.sides, language())


@of_cohort.get("/<moment>")
def plan(cohort_id: int, moment: str) -> str:
    seen, when = run_cohort_or_404(g.acting, cohort_id), moment_or_404(moment)
    return _plan(seen, when, _form(seen, when, formdata=None))


@of_cohort.post("/<moment>/rounds")
def send(cohort_id: int, moment: str) -> ResponseReturnValue:
    seen, when = run_cohort_or_404(g.acting, cohort_id), moment_or_404(moment)
    form = _form(seen, when)
    if not form.validate_on_submit():
        return _plan(seen, when, form), 422
    audience = Audience(form.audience.data)
    commands.plan_round(
        acting=g.acting,
        seen=seen,
        plan=Plan(
            moment=when,
            audience=audience,
            opens_on=form.opens_on.data,
            closes_on=form.closes_on.data,
            zone=form.zone.data,
            anonymous=form.anonymous.data == "yes",
        ),
        design=queries.design_for(seen, when, audience),
        now=clock.now(),
    )
    flash(_("It is planned. Everybody who is asked gets a letter on its first day."), "ok")
    return redirect(url_for("cohort_questionnaires.index", cohort_id=cohort_id), 303)


@of_cohort.get("/rounds/<int:round_id>/days")
def days(cohort_id: int, round_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    one = queries.round_run_or_404(seen, round_id).round
    opens_on = one.opens_at.astimezone(ZoneInfo(one.zone)).date()
    form = DaysForm(formdata=None, data={"opens_on": opens_on, "closes_on": one.closes_on, "zone": one.zone})
    return render_template(
        "questionnaires/days.html", seen=seen, one=one, moments=MOMENTS, form=form.offer_zones(language())
    )


@of_cohort.post("/rounds/<int:round_id>/days")
def move(cohort_id: int, round_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    one, form = queries.round_run_or_404(seen, round_id).round, DaysForm().offer_zones(language())
    if not form.validate_on_submit():
        return render_template("questionnaires/days.html", seen=seen, one=one, moments=MOMENTS, form=form), 422
    commands.move_round(
        acting=g.acting,
        one=one,
        opens_on=form.opens_on.data,
        closes_on=form.closes_on.data,
        zone=form.zone.data,
        now=clock.now(),
    )
    flash(_("Its days are changed."), "ok")
    return redirect(url_for("cohort_questionnaires.index", cohort_id=cohort_id), 303)


@of_cohort.post("/rounds/<int:round_id>/cancellation")
def cancel(cohort_id: int, round_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    commands.cancel_round(acting=g.acting, one=queries.round_run_or_404(seen, round_id).round, now=clock.now())
    flash(_("It is called off. Nobody has been asked."), "ok")
    return redirect(url_for("cohort_questionnaires.index", cohort_id=cohort_id), 303)


@of_cohort.get("/rounds/<int:round_id>/closing")
def ask_closing(cohort_id: int, round_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    run = queries.round_run_or_404(seen, round_id)
    return render_template("questionnaires/closing.html", seen=seen, run=run)


@of_cohort.post("/rounds/<int:round_id>/closing")
def close(cohort_id: int, round_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    commands.close_round(acting=g.acting, one=queries.round_run_or_404(seen, round_id).round, now=clock.now())
    flash(_("It has closed, for good."), "ok")
    return redirect(url_for("cohort_questionnaires.index", cohort_id=cohort_id), 303)
