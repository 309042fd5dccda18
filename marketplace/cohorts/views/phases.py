"""The next phase is opened by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.cohorts import commands
from marketplace.cohorts.checklists import checklists, not_done_before
from marketplace.cohorts.forms import (
    PhaseForm,
)
from marketplace.cohorts.views.blueprint import bp
from marketplace.enrolments import queries as enrolments
from marketplace.programmes.modalities import Phase
from marketplace.programmes.models import EnrolmentState
from marketplace.programmes.queries import CohortSeen, phases_of, run_cohort_or_404
from marketplace.programmes.words import PHASES
from tenants.shared import clock


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
