"""An employer puts people forward: one by a form, many by a spreadsheet."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.enrolments import commands, queries
from marketplace.enrolments.eligibility import obstacles, profile_of
from marketplace.enrolments.forms import (
    NominationForm,
    SheetForm,
)
from marketplace.enrolments.policy import may_nominate
from marketplace.enrolments.sheets import Fault, read_nominations
from marketplace.enrolments.views.blueprint import bp, cohort_seen, confirms, said, said_once
from marketplace.programmes.modalities import Side
from marketplace.programmes.queries import CohortSeen
from tenants.shared import clock
from tenants.spreadsheets.reading import MOST_BYTES, read_sheet
from tenants.spreadsheets.words import Unreadable


def _to_nominate(cohort_id: int) -> CohortSeen:
    seen = cohort_seen(cohort_id)
    return seen if may_nominate(g.acting, seen) else abort(404)


def _nomination_page(
    seen: CohortSeen, form: NominationForm, faults: list[Fault] | None = None, sheet: Any = None
) -> str:
    return render_template(
        "enrolments/nominate.html",
        seen=seen,
        form=form,
        sheet=sheet or SheetForm(formdata=None),
        faults=faults or [],
        said=said_once(seen),
        replaces=request.values.get("replaces", type=int),
    )


def _nomination_form(seen: CohortSeen, **options: Any) -> NominationForm:
    form = NominationForm(**options)
    form.offer(seen.cohort.modalities.sides, seen.cohort.form)
    return form


@bp.get("/nomination")
def nomination(cohort_id: int) -> str:
    seen = _to_nominate(cohort_id)
    return _nomination_page(seen, _nomination_form(seen, formdata=None))


@bp.post("/nomination")
def nominate(cohort_id: int) -> ResponseReturnValue:
    seen = _to_nominate(cohort_id)
    form = _nomination_form(seen)
    if not form.validate_on_submit() or not confirms(form, seen):
        return _nomination_page(seen, form), 422
    person_id = queries.known_people(g.acting, [form.address.data]).get(form.address.data.lower())
    profile = profile_of(g.acting.org_id, person_id) if person_id else None
    if profile is None:
        form.address.errors = [_("Nobody in your organisation has this address. Invite them under People first.")]
        return _nomination_page(seen, form), 422
    side = Side(form.side.data)
    if against := obstacles(seen.cohort.modalities, side, profile):
        form.address.errors = [" ".join(against)]
        return _nomination_page(seen, form), 422
    replaces = request.form.get("replaces", type=int)
    commands.nominate(
        acting=g.acting,
        seen=seen,
        profile=profile,
        side=side,
        now=clock.now(),
        replaces_id=replaces,
        confirmed=said(seen)[side],
    )
    flash(_("%(name)s is asked by letter, and can answer from it.", name=profile.name), "ok")
    return redirect(url_for("cohorts.board", cohort_id=cohort_id), 303)


@bp.post("/nomination/list")
def nominate_list(cohort_id: int) -> ResponseReturnValue:
    seen = _to_nominate(cohort_id)
    sheet = SheetForm()
    empty = _nomination_form(seen, formdata=None)
    if not sheet.validate_on_submit():
        return _nomination_page(seen, empty, sheet=sheet), 422
    try:
        read = read_sheet(sheet.sheet.data.read(MOST_BYTES + 1))
    except Unreadable as fault:
        sheet.sheet.errors = [str(fault)]
        return _nomination_page(seen, empty, sheet=sheet), 422
    chosen, faults = read_nominations(g.acting, seen.cohort.modalities, read)
    if faults:
        return _nomination_page(seen, empty, faults), 422
    number = commands.nominate_many(acting=g.acting, seen=seen, chosen=chosen, now=clock.now())
    flash(ngettext("%(num)d person is asked by letter.", "%(num)d people are asked by letter.", number), "ok")
    return redirect(url_for("cohorts.board", cohort_id=cohort_id), 303)
