"""What the links in letters show and do: the nominated person's answer, and the line manager's view."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from marketplace.enrolments import commands
from marketplace.enrolments.forms import ConsentForm, ViewForm
from marketplace.enrolments.letters import ANSWER_NOMINATION, GIVE_VIEW
from marketplace.enrolments.queries import AskedManager, asked_manager_or_404
from marketplace.links import Opened, guard, open_link, page
from marketplace.programmes.models import Enrolment
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from tenants.shared import clock
from tenants.shared.database import db

bp = guard(Blueprint("enrolment_links", __name__))


def _list(slug: str, _subject_id: int) -> str:
    return f"/{slug}/mentors/"


def _own(opened: Opened) -> tuple[CohortSeen, Enrolment]:
    one = db.session.get(Enrolment, (opened.subject_org_id, opened.subject_id)) or abort(404)
    if one.person_id != opened.acting.person_id:
        abort(404)
    return cohort_or_404(opened.acting, one.cohort_id), one


def _consent_page(opened: Opened, form: ConsentForm) -> str:
    seen, one = _own(opened)
    action = f"/links/{opened.token}/nomination-answer"
    return render_template("enrolments/link_consent.html", seen=seen, one=one, form=form, action=action)


@page(ANSWER_NOMINATION, signed_in=_list)
def show_nomination(opened: Opened) -> ResponseReturnValue:
    return _consent_page(opened, ConsentForm(formdata=None))


@bp.post("/<token>/nomination-answer")
def answer_nomination(token: str) -> ResponseReturnValue:
    opened = open_link(token, ANSWER_NOMINATION)
    form = ConsentForm()
    if not form.validate_on_submit():
        return _consent_page(opened, form), 422
    seen, one = _own(opened)
    agreed = form.answer.data == "yes"
    commands.answer_nomination(
        acting=opened.acting,
        cohort=seen.cohort,
        enrolment=one,
        agreed=agreed,
        words=form.words.data or "",
        now=clock.now(),
        link=opened.token_hash,
    )
    return render_template("enrolments/link_done.html", agreed=agreed)


def _asked(opened: Opened) -> tuple[CohortSeen, AskedManager]:
    asked = asked_manager_or_404(opened.acting, opened.subject_org_id, opened.subject_id)
    return cohort_or_404(opened.acting, asked.view.cohort_id), asked


def _view_page(opened: Opened, form: ViewForm) -> str:
    seen, asked = _asked(opened)
    action = f"/links/{opened.token}/manager-view"
    return render_template("enrolments/link_view.html", seen=seen, asked=asked, form=form, action=action)


@page(GIVE_VIEW, signed_in=_list)
def show_view(opened: Opened) -> ResponseReturnValue:
    return _view_page(opened, ViewForm(formdata=None))


@bp.post("/<token>/manager-view")
def give_view(token: str) -> ResponseReturnValue:
    opened = open_link(token, GIVE_VIEW)
    form = ViewForm()
    if not form.validate_on_submit():
        return _view_page(opened, form), 422
    _seen, asked = _asked(opened)
    commands.answer_manager_view(
        acting=opened.acting,
        view=asked.view,
        has_time=form.has_time.data,
        words=form.words.data or "",
        now=clock.now(),
        link=opened.token_hash,
    )
    return render_template("enrolments/link_done.html", agreed=None)
