"""Closing and cancelling, asked once."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.cohorts import commands
from marketplace.cohorts.views.blueprint import bp
from marketplace.enrolments import queries as enrolments
from marketplace.programmes.queries import run_cohort_or_404
from tenants.shared import clock


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
