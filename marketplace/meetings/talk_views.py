"""The page on which two who wish to talk before they confirm find half an hour."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.meetings import queries
from marketplace.meetings.forms import PlanForm
from marketplace.meetings.queries import Between
from marketplace.meetings.views import plan_scene, take_plan
from marketplace.pages import moment

bp = Blueprint("talks", __name__)


def _new(between: Between, request_id: int, form: PlanForm | None = None, taken: str = "") -> str:
    return render_template(
        "meetings/new.html",
        **plan_scene(between, form),
        taken=taken,
        action=url_for("talks.plan", request_id=request_id),
        back=url_for("requests.show", request_id=request_id),
    )


@bp.get("/")
def new(request_id: int) -> str:
    return _new(queries.asked_between(g.acting, request_id), request_id)


@bp.post("/")
def plan(request_id: int) -> ResponseReturnValue:
    between, form = queries.asked_between(g.acting, request_id), PlanForm()
    planned, taken = take_plan(between, form)
    if planned is None:
        return _new(between, request_id, form, taken), 409 if taken else 422
    flash(_("Planned: %(when)s. You both get it by letter, for your calendars.", when=moment(planned.starts_at)), "ok")
    return redirect(url_for("requests.show", request_id=request_id), 303)
