"""Questionnaires of a cohort for those who run it, and the pages on which somebody answers one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.links import Opened, guard, open_link, page
from marketplace.programmes.queries import CohortSeen, phases_of, run_cohort_or_404
from marketplace.programmes.tabs import Tab, register
from marketplace.questionnaires import commands, queries
from marketplace.questionnaires.answering import read_page
from marketplace.questionnaires.commands import Plan
from marketplace.questionnaires.defaults import ENOUGH, default_design
from marketplace.questionnaires.designs import Answers, asked, cleaned
from marketplace.questionnaires.forms import DaysForm, PlanForm
from marketplace.questionnaires.jobs import ANSWER_ROUND
from marketplace.questionnaires.models import Audience, Moment, RoundState
from marketplace.questionnaires.queries import Asked
from marketplace.questionnaires.words import AUDIENCES, MOMENTS, STATES
from tenants.shared import clock
from tenants.shared.errors import Refused

of_cohort = Blueprint("cohort_questionnaires", __name__)
bp = Blueprint("questionnaires", __name__)
by_link = guard(Blueprint("questionnaire_links", __name__))

register(Tab("questionnaires", _l("Questionnaires"), "cohort_questionnaires.index", 70, lambda seen: seen.runs))

PHASE_OF = {Moment.start: "launch", Moment.mid_point: "mid_point"}
LATER = {Moment.after_12_months: 365, Moment.after_24_months: 730}


def language() -> str:
    return str(get_locale())[:2]


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


def _moment(name: str) -> Moment:
    return Moment(name) if name in set(Moment) else abort(404)


@of_cohort.get("/<moment>")
def plan(cohort_id: int, moment: str) -> str:
    seen, when = run_cohort_or_404(g.acting, cohort_id), _moment(moment)
    return _plan(seen, when, _form(seen, when, formdata=None))


@of_cohort.post("/<moment>/rounds")
def send(cohort_id: int, moment: str) -> ResponseReturnValue:
    seen, when = run_cohort_or_404(g.acting, cohort_id), _moment(moment)
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
        design=default_design(seen.cohort.form, when, audience),
        now=clock.now(),
    )
    flash(_("It is planned. Everybody who is asked gets a letter on its first day."), "ok")
    return redirect(url_for("cohort_questionnaires.index", cohort_id=cohort_id), 303)


@of_cohort.get("/<moment>/<audience>/preview")
def preview(cohort_id: int, moment: str, audience: str) -> str:
    """What those who are asked will read, in either language (``?in=fr``)."""
    seen, when = run_cohort_or_404(g.acting, cohort_id), _moment(moment)
    if audience not in set(Audience):
        abort(404)
    design = default_design(seen.cohort.form, when, Audience(audience))
    lang = "fr" if request.args.get("in", language()) == "fr" else "en"
    with force_locale(lang):
        return render_template(
            "questionnaires/preview.html", seen=seen, design=design, moment=when, audience=audience, lang=lang
        )


@of_cohort.get("/rounds/<int:round_id>/days")
def days(cohort_id: int, round_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    one = queries.round_run_or_404(seen, round_id)
    opens_on = one.opens_at.astimezone(ZoneInfo(one.zone)).date()
    form = DaysForm(formdata=None, data={"opens_on": opens_on, "closes_on": one.closes_on, "zone": one.zone})
    return render_template(
        "questionnaires/days.html", seen=seen, one=one, moments=MOMENTS, form=form.offer_zones(language())
    )


@of_cohort.post("/rounds/<int:round_id>/days")
def move(cohort_id: int, round_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    one, form = queries.round_run_or_404(seen, round_id), DaysForm().offer_zones(language())
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
    commands.cancel_round(acting=g.acting, one=queries.round_run_or_404(seen, round_id), now=clock.now())
    flash(_("It is called off. Nobody has been asked."), "ok")
    return redirect(url_for("cohort_questionnaires.index", cohort_id=cohort_id), 303)


@of_cohort.post("/rounds/<int:round_id>/closing")
def close(cohort_id: int, round_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    commands.close_round(acting=g.acting, one=queries.round_run_or_404(seen, round_id), now=clock.now())
    flash(_("It has closed, for good."), "ok")
    return redirect(url_for("cohort_questionnaires.index", cohort_id=cohort_id), 303)


# --- answering --------------------------------------------------------------------------------------------------------


def _so_far(there: Asked) -> Answers:
    try:
        raw = json.loads(request.form.get("so_far", "") or "{}")
    except ValueError:
        raw = {}
    return cleaned(there.design, raw)


def _show(
    there: Asked,
    action: str,
    at: int = -1,
    answers: Answers | None = None,
    missing: frozenset[str] = frozenset(),
    layout: str = "layouts/workspace.html",
) -> str:
    """Page ``at`` of the questionnaire; -1 is the promise."""
    design = there.design
    if answers is None:
        answers = cleaned(design, there.draft.content) if there.draft else {}
    over = there.answered or there.round.state is not RoundState.open or there.round.closes_at <= clock.now()
    return render_template(
        "questionnaires/answer.html",
        there=there,
        layout=layout,
        design=design,
        action=action,
        at=at,
        over=over,
        questions=asked(design, at, answers) if at >= 0 else (),
        answers=answers,
        so_far=json.dumps(answers),
        missing=missing,
        lang=language(),
    )


def _answer(there: Asked, action: str, layout: str) -> ResponseReturnValue:
    at, design, answers = request.form.get("at", -1, type=int), there.design, _so_far(there)
    if not -1 <= at < len(design.sections):
        abort(404)
    missing: frozenset[str] = frozenset()
    if at >= 0:
        answers, missing = read_page(design, at, answers, request.form)
    over = there.answered or there.round.state is not RoundState.open or there.round.closes_at <= clock.now()
    if at >= 0 and not there.round.anonymous and not over:
        commands.keep_answers(asked=there, answers=answers)
    if request.form.get("to") == "back":
        return _show(there, action, max(at - 1, -1), answers, layout=layout)
    if missing:
        return _show(there, action, at, answers, missing, layout), 422
    ahead = [number for number in range(at + 1, len(design.sections)) if asked(design, number, answers)]
    if ahead:
        return _show(there, action, ahead[0], answers, layout=layout)
    commands.give_answers(asked=there, answers=cleaned(design, answers), now=clock.now())
    return render_template("questionnaires/done.html", there=there, layout=layout)


@bp.get("/<int:round_id>")
def show(round_id: int) -> str:
    there = queries.asked_or_404(g.acting, round_id)
    return _show(there, url_for("questionnaires.answer", round_id=round_id))


@bp.post("/<int:round_id>/answers")
def answer(round_id: int) -> ResponseReturnValue:
    there = queries.asked_or_404(g.acting, round_id, request.form.get("version", type=int))
    return _answer(there, url_for("questionnaires.answer", round_id=round_id), "layouts/workspace.html")


@page(ANSWER_ROUND, signed_in=lambda slug, round_id: f"/{slug}/questionnaires/{round_id}")
def show_by_link(opened: Opened) -> ResponseReturnValue:
    there = queries.asked_or_404(opened.acting, opened.subject_id)
    return _show(there, f"/links/{opened.token}/questionnaire-answers", layout="layouts/page.html")


@by_link.post("/<token>/questionnaire-answers")
def answer_by_link(token: str) -> ResponseReturnValue:
    """The link is not spent: that would write who came, in the same transaction as the answer."""
    opened = open_link(token, ANSWER_ROUND)
    there = queries.asked_or_404(opened.acting, opened.subject_id, request.form.get("version", type=int))
    try:
        return _answer(there, f"/links/{token}/questionnaire-answers", "layouts/page.html")
    except Refused:
        return _show(there, "", layout="layouts/page.html"), 409
