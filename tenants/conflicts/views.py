"""Pages to declare and end conflicts of interest. Only the declaring firm's coordinators ever see them."""

from __future__ import annotations

import json
from datetime import date

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import SelectChoice

from tenants.accounts.onward import path_or_nothing
from tenants.conflicts import commands, queries
from tenants.conflicts.commands import Declaration
from tenants.conflicts.forms import ChangeForm, ConflictForm, ListForm
from tenants.conflicts.lists import Line, read_list
from tenants.conflicts.policy import may_declare_conflicts
from tenants.conflicts.words import KINDS
from tenants.organisations.models import ConflictKind
from tenants.organisations.queries import firms_in_sight
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("conflicts", __name__)


@bp.before_request
def only_firms() -> None:
    if g.acting is None or not may_declare_conflicts(g.acting):
        abort(404)


def _prepare(form: ChangeForm) -> None:
    form.kind.choices = [SelectChoice(kind.value, label) for kind, label in KINDS.items()]
    if not queries.has_companies_below(g.acting):
        del form.covers_group


def _form() -> ConflictForm:
    form = ConflictForm()
    form.other_org_id.choices = [SelectChoice(firm.id, firm.name) for firm in firms_in_sight(g.acting)]
    _prepare(form)
    if not form.since.raw_data:
        form.since.data = clock.today()
    return form


def _covers(form: ChangeForm) -> bool:
    return bool(form.data.get("covers_group"))


def _next() -> str:
    """Where the reader came from (the welcome)."""
    return path_or_nothing(request.values.get("next"))


@bp.get("/")
def index() -> str:
    found, today = queries.conflicts(g.acting), clock.today()
    effects = {
        one.id: queries.effect(g.acting, one.other_org_id, covers_group=one.covers_group)
        for one in found[:100]
        if one.stands_on(today)
    }
    return render_template("conflicts/index.html", conflicts=found, effects=effects, kinds=KINDS, today=today)


@bp.get("/new")
def new() -> str:
    return render_template("conflicts/new.html", form=_form(), next=_next())


@bp.post("/")
def declare() -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        return render_template("conflicts/new.html", form=form, next=_next()), 422
    said = Declaration(
        form.other_org_id.data,
        ConflictKind(form.kind.data),
        form.since.data,
        form.until.data,
        form.note.data or "",
        _covers(form),
    )
    hides = queries.effect(g.acting, said.other_org_id, covers_group=said.covers_group)
    commands.declare_conflict(acting=g.acting, said=said, now=clock.now())
    flash(_("Declared. From that day your people and theirs do not see each other here."), "ok")
    theirs = ngettext("%(num)d mentor of theirs", "%(num)d mentors of theirs", hides.theirs)
    ours = ngettext("%(num)d of yours", "%(num)d of yours", hides.ours)
    flash(_("This hides %(theirs)s from your people, and %(ours)s from theirs.", theirs=theirs, ours=ours), "info")
    return redirect(_next() or url_for("conflicts.index"), 303)


@bp.get("/<int:conflict_id>/edit")
def edit(conflict_id: int) -> str:
    conflict = queries.conflict_or_404(g.acting, conflict_id)
    form = ChangeForm(obj=conflict)
    _prepare(form)
    return render_template("conflicts/edit.html", form=form, conflict_id=conflict_id)


@bp.post("/<int:conflict_id>/change")
def change(conflict_id: int) -> ResponseReturnValue:
    conflict = queries.conflict_or_404(g.acting, conflict_id)
    form = ChangeForm()
    _prepare(form)
    if not form.validate_on_submit():
        return render_template("conflicts/edit.html", form=form, conflict_id=conflict_id), 422
    commands.change_conflict(
        acting=g.acting,
        conflict=conflict,
        kind=ConflictKind(form.kind.data),
        since=form.since.data,
        until=form.until.data,
        note=form.note.data or "",
        covers_group=_covers(form),
        now=clock.now(),
    )
    flash(_("Saved."), "ok")
    return redirect(url_for("conflicts.index"), 303)


@bp.post("/<int:conflict_id>/end")
def end(conflict_id: int) -> ResponseReturnValue:
    conflict = queries.conflict_or_404(g.acting, conflict_id)
    commands.end_conflict(acting=g.acting, conflict=conflict, now=clock.now())
    flash(_("The conflict has ended. Your people and theirs can see each other again."), "ok")
    return redirect(url_for("conflicts.index"), 303)


# --- a list ---------------------------------------------------------------------------------------------------------


@bp.get("/lists/new")
def new_list() -> str:
    return render_template("conflicts/list.html", form=ListForm(), lines=None)


@bp.post("/lists/trial")
def try_list() -> ResponseReturnValue:
    """Look at a list before anything is declared."""
    form = ListForm()
    if not form.validate_on_submit():
        return render_template("conflicts/list.html", form=form, lines=None), 422
    try:
        lines = read_list(form.file.data.read(), firms_in_sight(g.acting), today=clock.today())
    except Refused as refusal:
        form.file.errors = [refusal.sentence]
        return render_template("conflicts/list.html", form=form, lines=None), 422
    return render_template("conflicts/list.html", form=form, lines=lines, kinds=KINDS, good=_packed(lines))


def _packed(lines: list[Line]) -> str:
    """The rows without a problem, as the page carries them to the next step; they are checked again there."""
    return json.dumps(
        [
            [
                line.firm.id,
                line.kind.value,
                line.since.isoformat(),
                line.until.isoformat() if line.until else None,
                line.note,
            ]
            for line in lines
            if not line.problem and line.firm and line.kind and line.since
        ]
    )


@bp.post("/lists")
def declare_list() -> ResponseReturnValue:
    seen = {firm.id for firm in firms_in_sight(g.acting)}
    try:
        said = [
            Declaration(
                int(firm_id),
                ConflictKind(kind),
                date.fromisoformat(since),
                date.fromisoformat(until) if until else None,
                str(note)[:500],
            )
            for firm_id, kind, since, until, note in json.loads(request.form.get("rows", ""))
        ]
    except (ValueError, TypeError):
        said = []
    if not said or any(one.other_org_id not in seen or (one.until and one.until <= one.since) for one in said):
        return render_template("conflicts/list.html", form=ListForm(formdata=None), lines=None), 422
    count = commands.declare_list(acting=g.acting, said=said, now=clock.now())
    flash(ngettext("%(num)d conflict declared.", "%(num)d conflicts declared.", count), "ok")
    return redirect(url_for("conflicts.index"), 303)
