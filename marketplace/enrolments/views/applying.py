"""Somebody applies themselves."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.enrolments import commands, queries
from marketplace.enrolments.eligibility import obstacles
from marketplace.enrolments.forms import (
    ApplicationForm,
)
from marketplace.enrolments.views.blueprint import bp, cohort_seen, confirms, own_profile, said, said_once
from marketplace.enrolments.words import of_vocabulary
from marketplace.programmes.modalities import Side
from marketplace.programmes.queries import CohortSeen
from tenants.shared import clock
from tenants.shared.errors import Refused


def _application_page(seen: CohortSeen, form: ApplicationForm) -> str:
    profile = own_profile()
    modalities = seen.cohort.modalities
    return render_template(
        "enrolments/apply.html",
        seen=seen,
        form=form,
        profile=profile,
        own=queries.current_enrolment(seen),
        against={side: obstacles(modalities, side, profile) for side in modalities.sides},
        said=said_once(seen),
        words_of=of_vocabulary,
    )


def _application_form(seen: CohortSeen, **options: Any) -> ApplicationForm:
    form = ApplicationForm(**options)
    form.manager.flags.required = seen.cohort.modalities.manager_view
    form.offer(seen.cohort.modalities.sides, seen.cohort.form)
    return form


def _to_apply(cohort_id: int) -> CohortSeen:
    seen = cohort_seen(cohort_id)
    return seen if g.acting.org_id in seen.cohort.parties else abort(404)


@bp.get("/application")
def application(cohort_id: int) -> str:
    seen = _to_apply(cohort_id)
    return _application_page(seen, _application_form(seen, formdata=None, data={"places": str(own_profile().capacity)}))


@bp.post("/application")
def apply(cohort_id: int) -> ResponseReturnValue:
    seen = _to_apply(cohort_id)
    form = _application_form(seen)
    if not form.validate_on_submit() or not confirms(form, seen):
        return _application_page(seen, form), 422
    if seen.cohort.modalities.manager_view and not form.manager.data:
        form.manager.errors = [
            _("The programme asks for your line manager’s view. Name them by their address at work.")
        ]
        return _application_page(seen, form), 422
    try:
        one = commands.apply(
            acting=g.acting,
            seen=seen,
            profile=own_profile(),
            side=Side(form.side.data),
            places=int(form.places.data or 1),
            manager=form.manager.data or "",
            now=clock.now(),
            confirmed=said(seen)[Side(form.side.data)],
        )
    except Refused as refusal:
        if form.manager.data and form.manager.data in refusal.sentence:
            form.manager.errors = [refusal.sentence]
            return _application_page(seen, form), 422
        raise
    flash(_("Your application is on its way. You get a letter with every answer."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id, enrolment_id=one.id), 303)
