"""The days of the phases, changed by two at once without a loss."""

from __future__ import annotations

from datetime import date

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.cohorts import commands, timeline
from marketplace.cohorts.forms import (
    TimelineForm,
    timeline_form,
)
from marketplace.cohorts.views.blueprint import bp
from marketplace.programmes.modalities import Phase
from marketplace.programmes.models import CohortPhase
from marketplace.programmes.queries import CohortSeen, phases_of, run_cohort_or_404
from tenants.shared import clock


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
