"""Closing and cancelling, asked once; the page says beforehand what will end, in figures."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.cohorts import commands
from marketplace.cohorts.queries import Ends, what_ends
from marketplace.cohorts.views.blueprint import bp
from marketplace.lessons.queries import how_many
from marketplace.programmes.queries import run_cohort_or_404
from tenants.shared import clock


def _ended_with_it(ends: Ends) -> list[str]:
    """Whatever is the same for both ends; what is nought is not said."""
    lines = []
    if ends.requests:
        lines.append(
            ngettext(
                "%(num)d request under way ends; both people read why, and the place is free again.",
                "%(num)d requests under way end; both people read why, and the places are free again.",
                ends.requests,
            )
        )
    if ends.events:
        lines.append(
            ngettext(
                "%(num)d event to come is called off; everybody invited gets a letter that takes it out of their calendar.",
                "%(num)d events to come are called off; everybody invited gets letters that take them out of their calendar.",
                ends.events,
            )
        )
    return [*lines, _("Mentorships that run go on.")]


@bp.get("/<int:cohort_id>/closing")
def ask_closing(cohort_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    ends = what_ends(seen, clock.now())
    lines = [ngettext("%(num)d person has completed it.", "%(num)d people have completed it.", ends.inside)]
    if ends.coming:
        lines.append(
            ngettext(
                "%(num)d person on the way is told that it has closed.",
                "%(num)d people on the way are told that it has closed.",
                ends.coming,
            )
        )
    lines += [*_ended_with_it(ends), _("Its report is drawn, and you get a letter when it is ready.")]
    return render_template("cohorts/close.html", seen=seen, lines=lines, lessons=how_many(seen))


@bp.post("/<int:cohort_id>/closing")
def close(cohort_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    commands.close_cohort(acting=g.acting, cohort=seen.cohort, now=clock.now())
    flash(_("The cohort is closed. Everybody gets a letter."), "ok")
    if not how_many(seen):
        flash(_("Before it is forgotten: write down what you keep, stop and change."))
        return redirect(url_for("lessons.index", cohort_id=cohort_id), 303)
    return redirect(url_for(".show", cohort_id=cohort_id), 303)


@bp.get("/<int:cohort_id>/cancellation")
def ask_cancellation(cohort_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    ends = what_ends(seen, clock.now())
    told = ngettext(
        "%(num)d person is told that it does not take place.",
        "%(num)d people are told that it does not take place.",
        ends.inside + ends.coming,
    )
    return render_template("cohorts/cancel.html", seen=seen, lines=[told, *_ended_with_it(ends)])


@bp.post("/<int:cohort_id>/cancellation")
def cancel(cohort_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    commands.cancel_cohort(acting=g.acting, cohort=seen.cohort, now=clock.now())
    flash(_("The cohort is cancelled. Everybody gets a letter."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id), 303)
