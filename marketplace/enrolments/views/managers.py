"""The line manager gives their view."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.enrolments import commands, queries
from marketplace.enrolments.forms import (
    ViewForm,
)
from marketplace.enrolments.views.blueprint import bp, cohort_seen
from tenants.shared import clock


def _view_page(cohort_id: int, enrolment_id: int, form: ViewForm) -> str:
    seen = cohort_seen(cohort_id)
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
    seen, form = cohort_seen(cohort_id), ViewForm()
    asked = queries.asked_manager_or_404(g.acting, seen.cohort.org_id, enrolment_id)
    if not form.validate_on_submit():
        return _view_page(cohort_id, enrolment_id, form), 422
    commands.answer_manager_view(
        acting=g.acting, view=asked.view, has_time=form.has_time.data, words=form.words.data or "", now=clock.now()
    )
    flash(_("Thank you. Your view is kept."), "ok")
    return redirect(url_for("cohorts.show", cohort_id=cohort_id), 303)
