"""How long an organisation keeps things: a page of its settings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.organisations.policy import may_change_settings
from tenants.privacy import commands, queries
from tenants.privacy.forms import retention_form
from tenants.privacy.retention import RULES
from tenants.shared import clock

bp = Blueprint("retention", __name__)


@bp.before_request
def only_administrators() -> None:
    if g.acting is None or not may_change_settings(g.acting):
        abort(404)


def _page(form: Any) -> str:
    return render_template("privacy/retention.html", form=form, rules=RULES)


@bp.get("/")
def edit() -> str:
    return _page(retention_form(queries.days_kept(g.acting)))


@bp.post("/")
def save() -> ResponseReturnValue:
    form = retention_form()
    if not form.validate_on_submit():
        return _page(form), 422
    commands.set_retention(acting=g.acting, days=form.days(), now=clock.now())
    flash(_("Saved. What is older is deleted within a day."), "ok")
    return redirect(url_for("retention.edit"), 303)
