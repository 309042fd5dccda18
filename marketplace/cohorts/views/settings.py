"""Pilot or not, places and quotas."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.cohorts import commands
from marketplace.cohorts.forms import (
    NUMBERS,
    SettingsForm,
    settings_values,
)
from marketplace.cohorts.views.blueprint import bp
from marketplace.programmes.models import Cohort
from marketplace.programmes.queries import CohortSeen, cohort_or_404, run_cohort_or_404
from tenants.shared import clock


def _numbers(cohort: Cohort) -> dict[str, int | None]:
    chosen = cohort.modalities
    return {
        "places_mentors": chosen.mentors.places,
        "places_mentees": chosen.mentees.places,
        "quota_mentors": chosen.quota.mentors,
        "quota_mentees": chosen.quota.mentees,
    }


def _settings_page(seen: CohortSeen, form: SettingsForm, changed: dict[str, Any] | None = None) -> str:
    return render_template(
        "cohorts/settings.html", seen=seen, form=form.said_in(seen.cohort.form), changed=changed or {}
    )


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
