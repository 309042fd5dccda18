"""A new cohort, its overview, and opening it."""

from __future__ import annotations

import sqlalchemy as sa
from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.cohorts import commands, timeline
from marketplace.cohorts.checklists import checklists
from marketplace.cohorts.forms import (
    NewCohortForm,
)
from marketplace.cohorts.views.blueprint import bp
from marketplace.enrolments import queries as enrolments
from marketplace.enrolments.policy import may_nominate
from marketplace.enrolments.words import KINDS, REASONS
from marketplace.programmes.models import Cohort, CohortState
from marketplace.programmes.queries import cohort_or_404, phases_of, run_cohort_or_404, run_programme_or_404
from tenants.shared import clock
from tenants.shared.database import db


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
