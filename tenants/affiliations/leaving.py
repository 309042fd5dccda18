"""A person leaves an organisation by themselves."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.affiliations import commands, queries
from tenants.affiliations.forms import EndForm
from tenants.shared import clock

bp = Blueprint("leaving", __name__)


def _page(form: EndForm) -> str:
    return render_template("leaving/new.html", form=form, tie=queries.own_affiliation(g.acting), today=clock.today())


@bp.get("/new")
def new() -> str:
    return _page(EndForm(formdata=None, data={"on": clock.today()}))


@bp.post("/")
def leave() -> ResponseReturnValue:
    form = EndForm()
    if not form.validate_on_submit():
        return _page(form), 422
    today = clock.today()
    commands.leave(acting=g.acting, on=form.on.data, now=clock.now())
    if form.on.data > today:
        flash(_("Noted. You can act here until that day."), "ok")
    else:
        flash(
            _("You have left %(org)s. Your account, your page and your mentorships stay yours.", org=g.acting.org_name),
            "ok",
        )
    return redirect(url_for("workspaces.index", all=1), 303)
