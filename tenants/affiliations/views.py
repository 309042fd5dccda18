"""Pages about the people of an organisation, for those who look after them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from tenants.affiliations import assistance, commands, jobs, queries
from tenants.affiliations.forms import AssistantForm, DetailsForm, EndForm, RoleForm
from tenants.affiliations.models import Affiliation, Role
from tenants.affiliations.policy import may_end, may_see_people, roles_in_reach
from tenants.affiliations.words import ROLES
from tenants.onboarding import invited
from tenants.shared import clock
from tenants.spreadsheets.policy import may_import

bp = Blueprint("people", __name__)

__all__ = ["bp", "jobs"]


@bp.before_request
def only_coordinators() -> None:
    if g.acting is None or not may_see_people(g.acting):
        abort(404)


@bp.get("/")
def index() -> str:
    after = _cursor()
    text = request.args.get("q", "").strip()[:100]
    found = queries.people(g.acting, text=text, after=after)
    shown = found[: queries.PAGE]
    more = None
    if len(found) > len(shown):
        more = url_for("people.index", q=text or None, after_name=shown[-1].person.name, after=shown[-1].id)
    return render_template(
        "people/index.html",
        people=shown,
        text=text,
        more=more,
        total=queries.count_people(g.acting),
        invited=invited.counts(g.acting, clock.now()) if not after and not text else {},
        may_import=may_import(g.acting),
        roles=ROLES,
    )


def _cursor() -> tuple[str, int] | None:
    name, number = request.args.get("after_name"), request.args.get("after")
    if number is None:
        return None
    if name is None or not number.isdecimal() or len(number) > 19:
        abort(400)
    return name, int(number)


# --- one person -----------------------------------------------------------------------------------------------------


def _role_form(tie: Affiliation) -> RoleForm:
    form = RoleForm(data={"role": tie.role})
    form.role.choices = [SelectChoice(role.value, ROLES[role]) for role in roles_in_reach(g.acting)]
    return form


def _assistant_form(tie: Affiliation) -> AssistantForm:
    form = AssistantForm()
    form.assistant_id.choices = [
        SelectChoice(other.id, other.person.name) for other in queries.colleagues(g.acting, besides=tie.person_id)
    ]
    return form


def _page(tie: Affiliation, **wrong: object) -> str:
    forms = {
        "role_form": _role_form(tie),
        "details_form": DetailsForm(data={"job_title": tie.job_title}),
        "assistant_form": _assistant_form(tie),
    }
    return render_template(
        "people/show.html",
        tie=tie,
        roles=ROLES,
        today=clock.today(),
        now=clock.now(),
        may_change=may_end(g.acting, tie) and tie.stands_on(clock.today()),
        invitations=queries.invitations_of(g.acting, tie),
        helps=queries.assistances_of(g.acting, tie.person_id),
        **(forms | wrong),
    )


@bp.get("/<int:affiliation_id>")
def show(affiliation_id: int) -> str:
    return _page(queries.affiliation_or_404(g.acting, affiliation_id))


def _back(affiliation_id: int) -> ResponseReturnValue:
    return redirect(url_for("people.show", affiliation_id=affiliation_id), 303)


@bp.post("/<int:affiliation_id>/role")
def change_role(affiliation_id: int) -> ResponseReturnValue:
    tie = queries.affiliation_or_404(g.acting, affiliation_id)
    form = RoleForm()
    form.role.choices = [SelectChoice(role.value, label) for role, label in ROLES.items()]
    if not form.validate_on_submit():
        return _page(tie, role_form=form), 422
    commands.change_role(acting=g.acting, tie=tie, role=Role(form.role.data), now=clock.now())
    if tie.person_id == g.acting.person_id:
        # The page of people may no longer be theirs to see.
        return redirect(url_for("workspaces.index"), 303)
    flash(_("%(name)s now is: %(role)s.", name=tie.person.name, role=ROLES[tie.role]), "ok")
    return _back(affiliation_id)


@bp.post("/<int:affiliation_id>/details")
def change_details(affiliation_id: int) -> ResponseReturnValue:
    tie = queries.affiliation_or_404(g.acting, affiliation_id)
    form = DetailsForm()
    if not form.validate_on_submit():
        return _page(tie, details_form=form), 422
    commands.change_details(acting=g.acting, tie=tie, job_title=(form.job_title.data or "").strip(), now=clock.now())
    flash(_("Saved."), "ok")
    return _back(affiliation_id)


def _end_page(tie: Affiliation, form: EndForm) -> str:
    return render_template("people/end.html", tie=tie, form=form, today=clock.today())


@bp.get("/<int:affiliation_id>/ending/new")
def ask_end(affiliation_id: int) -> str:
    tie = queries.affiliation_or_404(g.acting, affiliation_id)
    return _end_page(tie, EndForm(formdata=None, data={"on": clock.today()}))


@bp.post("/<int:affiliation_id>/ending")
def end(affiliation_id: int) -> ResponseReturnValue:
    tie = queries.affiliation_or_404(g.acting, affiliation_id)
    form = EndForm()
    if not form.validate_on_submit():
        return _end_page(tie, form), 422
    commands.end_affiliation(acting=g.acting, tie=tie, on=form.on.data, now=clock.now())
    if tie.person_id == g.acting.person_id:
        return redirect(url_for("workspaces.index", all=1), 303)
    flash(_("Noted. %(name)s is told by letter.", name=tie.person.name), "ok")
    return _back(affiliation_id)


@bp.post("/<int:affiliation_id>/ending/withdrawal")
def keep(affiliation_id: int) -> ResponseReturnValue:
    tie = queries.affiliation_or_404(g.acting, affiliation_id)
    commands.keep_affiliation(acting=g.acting, tie=tie, now=clock.now())
    flash(_("%(name)s stays.", name=tie.person.name), "ok")
    return _back(affiliation_id)


@bp.post("/<int:affiliation_id>/assistants")
def name_assistant(affiliation_id: int) -> ResponseReturnValue:
    if g.acting.in_search_firm:  # it has no requests and no schedule to help with
        abort(404)
    tie = queries.affiliation_or_404(g.acting, affiliation_id)
    form = _assistant_form(tie)
    if not form.validate_on_submit():
        return _page(tie, assistant_form=form), 422
    assistant = queries.affiliation_or_404(g.acting, form.assistant_id.data)
    assistance.name_assistant(acting=g.acting, executive=tie, assistant=assistant, now=clock.now())
    flash(_("Both are asked to agree."), "ok")
    return _back(affiliation_id)
