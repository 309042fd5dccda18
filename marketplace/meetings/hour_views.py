"""The page on which a mentor says when they can be met."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.meetings import commands, faces, queries
from marketplace.meetings.forms import HoursForm
from marketplace.meetings.hours import Hours
from tenants.shared import clock

bp = Blueprint("meeting_hours", __name__)


def hours_scene(form: HoursForm) -> dict[str, Any]:
    """What the form of the hours shows, signed in or by a link."""
    return {"hours_form": form, **faces.hours_scene(form.hours, g.acting.zone)}


def hours_form(**given: Any) -> HoursForm:
    """The form, over what the viewer said before."""
    return HoursForm(queries.own_hours(g.acting) or Hours(g.acting.time_zone), **given)


def take_hours(form: HoursForm, link: bytes | None = None) -> bool:
    """Whether the hours were kept; the form needs another look otherwise."""
    if not form.validate_on_submit():
        return False
    now = clock.now()
    today = now.astimezone(g.acting.zone).date()
    commands.set_hours(acting=g.acting, hours=form.read(g.acting.time_zone, today), now=now, link=link)
    return True


@bp.get("/")
def edit() -> str:
    return render_template("meetings/hours.html", **hours_scene(hours_form(formdata=None)))


@bp.post("/")
def save() -> ResponseReturnValue:
    form = hours_form()
    if not take_hours(form):
        return render_template("meetings/hours.html", **hours_scene(form)), 422
    flash(_("Saved. The people you accompany can pick these times from now on."), "ok")
    return redirect(url_for("meeting_hours.edit"), 303)
