"""Pages to declare and end conflicts of interest. Only the declaring firm's coordinators ever see them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from tenants.accounts.onward import path_or_nothing
from tenants.organisations import commands, queries
from tenants.organisations.forms import ConflictForm
from tenants.organisations.models import ConflictKind
from tenants.organisations.policy import may_declare_conflicts
from tenants.shared import clock

bp = Blueprint("conflicts", __name__)

KINDS = {
    ConflictKind.competitor: _l("Competitor"),
    ConflictKind.client_or_supplier: _l("Client or supplier"),
    ConflictKind.auditor: _l("Auditor"),
    ConflictKind.shared_board: _l("Shared board member"),
    ConflictKind.group_company: _l("Company of the same group"),
    ConflictKind.former_manager: _l("Former manager"),
    ConflictKind.personal: _l("Personal tie"),
}


@bp.before_request
def only_firms() -> None:
    if g.acting is None or not may_declare_conflicts(g.acting):
        abort(404)


def _form() -> ConflictForm:
    form = ConflictForm()
    form.other_org_id.choices = [SelectChoice(firm.id, firm.name) for firm in queries.firms_in_sight(g.acting)]
    form.kind.choices = [SelectChoice(kind.value, label) for kind, label in KINDS.items()]
    if not form.since.raw_data:
        form.since.data = clock.today()
    return form


def _next() -> str:
    """Where the reader came from (the welcome)."""
    return path_or_nothing(request.values.get("next"))


@bp.get("/")
def index() -> str:
    return render_template(
        "conflicts/index.html", conflicts=queries.conflicts(g.acting), kinds=KINDS, today=clock.today()
    )


@bp.get("/new")
def new() -> str:
    return render_template("conflicts/new.html", form=_form(), next=_next())


@bp.post("/")
def declare() -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        return render_template("conflicts/new.html", form=form, next=_next()), 422
    commands.declare_conflict(
        acting=g.acting,
        other_org_id=form.other_org_id.data,
        kind=ConflictKind(form.kind.data),
        since=form.since.data,
        until=form.until.data,
        note=form.note.data or "",
        now=clock.now(),
    )
    flash(_("Declared. From that day your people and theirs do not see each other here."), "ok")
    return redirect(_next() or url_for("conflicts.index"), 303)


@bp.post("/<int:conflict_id>/end")
def end(conflict_id: int) -> ResponseReturnValue:
    conflict = queries.conflict_or_404(g.acting, conflict_id)
    commands.end_conflict(acting=g.acting, conflict=conflict, now=clock.now())
    flash(_("The conflict has ended. Your people and theirs can see each other again."), "ok")
    return redirect(url_for("conflicts.index"), 303)
