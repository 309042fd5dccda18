"""Who takes part: the page of those who run a programme, and the page of those who are asked."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.programmes import commands
from marketplace.programmes import design_queries as queries
from marketplace.programmes import sheet_words as words
from marketplace.programmes.forms import AskForm, PartiesForm, SchoolForm
from marketplace.programmes.modalities import Form
from marketplace.programmes.models import PartyState, Programme
from marketplace.programmes.policy import may_run_programmes
from marketplace.programmes.queries import run_programme_or_404
from tenants.organisations.policy import may_admit_firms
from tenants.shared import clock
from tenants.shared.errors import Refused
from tenants.shared.flashes import flash_undo

bp = Blueprint("programme_parties", __name__)


@bp.get("/<int:programme_id>/parties")
def show(programme_id: int) -> str:
    programme = run_programme_or_404(g.acting, programme_id)
    return _page(programme, _rows(programme), AskForm(formdata=None))


def _names(programme: Programme) -> dict[int, str]:
    """Those that take part, and those that may be added, by name."""
    there = {one.firm_id: one.name for one in queries.parties_of(g.acting, programme) if one.state is PartyState.active}
    named = there | dict(queries.possible_parties(g.acting))
    return dict(sorted(named.items(), key=lambda item: (item[1].casefold(), item[0])))


def _rows(programme: Programme) -> PartiesForm:
    standing = {one.firm_id: one for one in queries.parties_of(g.acting, programme) if one.state is PartyState.active}
    rows = [
        {
            "firm_id": str(firm_id),
            "chosen": firm_id in standing,
            "max_mentors": standing[firm_id].max_mentors if firm_id in standing else None,
            "max_mentees": standing[firm_id].max_mentees if firm_id in standing else None,
        }
        for firm_id in _names(programme)
    ]
    return PartiesForm(formdata=None, data={"rows": rows, "shown": "1"})


def _page(
    programme: Programme, rows: PartiesForm, ask: AskForm, refused: str = "", school: SchoolForm | None = None
) -> str:
    parties = queries.parties_of(g.acting, programme)
    askings = queries.askings_of(g.acting, programme)
    return render_template(
        "programmes/parties.html",
        programme=programme,
        rows=rows,
        ask=ask,
        refused=refused,
        names=_names(programme),
        schools={one.firm_id for one in parties if one.is_school},
        gone=[one for one in parties if one.state is PartyState.left],
        askings=askings,
        invited=queries.schools_asked(g.acting, askings, clock.now()),
        school=school or SchoolForm(formdata=None, data={"language": g.acting.locale}),
        external=programme.form is Form.external,
        may_admit=may_admit_firms(g.acting),
        quota=programme.modalities.quota,
    )


@bp.post("/<int:programme_id>/parties")
def save(programme_id: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    form = PartiesForm()
    if not form.validate_on_submit():
        return _page(programme, form, AskForm(formdata=None)), 422
    everyone = "everyone" in request.form
    rows = {int(row["firm_id"]): row for row in form.rows.data if row["firm_id"].isdigit() and len(row["firm_id"]) < 10}
    chosen = {
        firm_id: (row["max_mentors"], row["max_mentees"]) for firm_id, row in rows.items() if row["chosen"] or everyone
    }
    try:
        commands.choose_parties(
            acting=g.acting, programme=programme, chosen=chosen, looked_at=rows.keys(), now=clock.now()
        )
    except Refused as refusal:
        if refusal.status != 409:
            raise
        programme = run_programme_or_404(g.acting, programme_id)
        return _page(programme, form, AskForm(formdata=None), refusal.sentence), 422
    flash(_("Saved."), "ok")
    return redirect(url_for("programme_parties.show", programme_id=programme_id), 303)


@bp.post("/<int:programme_id>/askings")
def ask(programme_id: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    form = AskForm()
    if not form.validate_on_submit():
        return _page(programme, _rows(programme), form), 422
    slug = form.slug.data
    try:
        commands.ask_party(
            acting=g.acting, programme=programme, slug=slug, is_school=form.is_school.data, now=clock.now()
        )
    except Refused as refusal:
        if refusal.status != 409:
            raise
        form.slug.errors = [refusal.sentence]
        return _page(programme, _rows(programme), form), 422
    flash(_("Asked. If “%(slug)s” is here, its coordinators have a letter and a page to answer on.", slug=slug), "ok")
    return redirect(url_for("programme_parties.show", programme_id=programme_id), 303)


@bp.post("/<int:programme_id>/askings/withdrawal")
def withdraw(programme_id: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    slug = request.form.get("slug", "")[:60]
    commands.withdraw_asking(acting=g.acting, programme=programme, slug=slug, now=clock.now())
    flash(_("Withdrawn."), "ok")
    return redirect(url_for("programme_parties.show", programme_id=programme_id), 303)


@bp.post("/<int:programme_id>/schools")
def invite_school(programme_id: int) -> ResponseReturnValue:
    programme, form = run_programme_or_404(g.acting, programme_id), SchoolForm()
    if not form.validate_on_submit():
        return _page(programme, _rows(programme), AskForm(formdata=None), school=form), 422
    try:
        commands.invite_school(
            acting=g.acting, programme=programme, email=form.partner.data, locale=form.language.data, now=clock.now()
        )
    except Refused as refusal:
        if refusal.status != 409 or programme.form is not Form.external:
            raise
        form.partner.errors = [refusal.sentence]
        return _page(programme, _rows(programme), AskForm(formdata=None), school=form), 422
    flash(_("Invited. Whoever opens the letter names the school and answers for it."), "ok")
    return redirect(url_for("programme_parties.show", programme_id=programme_id), 303)


@bp.post("/<int:programme_id>/schools/invitation")
def reinvite_school(programme_id: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    slug = request.form.get("slug", "")[:60]
    commands.reinvite_school(acting=g.acting, programme=programme, slug=slug, now=clock.now())
    flash(_("A new invitation is on its way; the earlier link works no longer."), "ok")
    return redirect(url_for("programme_parties.show", programme_id=programme_id), 303)


def _only_coordinators() -> None:
    if not may_run_programmes(g.acting):
        abort(404)


@bp.get("/askings/<int:org_id>/<int:programme_id>")
def asked(org_id: int, programme_id: int) -> str:
    _only_coordinators()
    one = queries.asked_or_404(g.acting, org_id, programme_id)
    return render_template("programmes/asked.html", asked=one, words=words)


@bp.post("/askings/<int:org_id>/<int:programme_id>/acceptance")
def agree(org_id: int, programme_id: int) -> ResponseReturnValue:
    _only_coordinators()
    one = queries.asked_or_404(g.acting, org_id, programme_id)
    commands.answer_asking(acting=g.acting, asked=one, accept=True, now=clock.now())
    flash_undo(
        _("You take part. %(runner)s has a letter.", runner=one.runner),
        url_for("programme_parties.leave", org_id=org_id, programme_id=programme_id),
    )
    return redirect(url_for("programmes.index"), 303)


@bp.post("/askings/<int:org_id>/<int:programme_id>/refusal")
def decline(org_id: int, programme_id: int) -> ResponseReturnValue:
    _only_coordinators()
    one = queries.asked_or_404(g.acting, org_id, programme_id)
    commands.answer_asking(acting=g.acting, asked=one, accept=False, now=clock.now())
    flash(_("Declined. %(runner)s has a letter, and can ask you again.", runner=one.runner), "ok")
    return redirect(url_for("programmes.index"), 303)


@bp.get("/askings/<int:org_id>/<int:programme_id>/departure")
def ask_leave(org_id: int, programme_id: int) -> str:
    _only_coordinators()
    one = queries.asked_or_404(g.acting, org_id, programme_id)
    return render_template("programmes/leave.html", asked=one)


@bp.post("/askings/<int:org_id>/<int:programme_id>/departure")
def leave(org_id: int, programme_id: int) -> ResponseReturnValue:
    _only_coordinators()
    one = queries.asked_or_404(g.acting, org_id, programme_id)
    commands.leave_programme(acting=g.acting, asked=one, now=clock.now())
    flash(_("Your organisation takes part no longer. %(runner)s has a letter.", runner=one.runner), "ok")
    return redirect(url_for("programmes.index"), 303)
