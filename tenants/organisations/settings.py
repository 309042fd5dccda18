"""Pages of an organisation's settings, and of the networks a firm belongs to."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.organisations import commands, queries
from tenants.organisations.forms import APPROVAL_DETAILS, CompanySettingsForm, SettingsForm
from tenants.organisations.marks import UnusablePicture, encode_logo
from tenants.organisations.models import ApprovalRule, MembershipState, Organisation, OrganisationKind
from tenants.organisations.policy import may_change_settings, may_leave_networks, may_welcome
from tenants.organisations.words import industry_choices
from tenants.shared import clock

bp = Blueprint("settings", __name__)


@bp.before_request
def only_administrators() -> None:
    if g.acting is None or not may_change_settings(g.acting):
        abort(404)


def _form(organisation: Organisation) -> SettingsForm:
    if organisation.kind is not OrganisationKind.company:
        return SettingsForm(obj=organisation)
    form = CompanySettingsForm(obj=organisation)
    form.industry.choices = industry_choices()
    return form


def _page(form: SettingsForm) -> str:
    company = g.acting.org_kind == OrganisationKind.company
    return render_template(
        "settings/edit.html",
        form=form,
        networks=[(*pair, queries.own_quota(g.acting, pair[0].id)) for pair in queries.networks_of(g.acting)]
        if company
        else [],
        may_leave=may_leave_networks(g.acting),
        logo=queries.own_logo(g.acting),
        approval_details=APPROVAL_DETAILS,
        market=queries.marketplace_figures(g.acting) if company else None,
        organisation=queries.own_organisation(g.acting),
        keeps_firm=may_welcome(g.acting),
    )


@bp.get("/")
def edit() -> str:
    return _page(_form(queries.own_organisation(g.acting)))


@bp.post("/")
def save() -> ResponseReturnValue:
    organisation = queries.own_organisation(g.acting)
    form = _form(organisation)
    form.take_offer(request.form.get("accent_offered"))
    if not form.validate_on_submit():
        return _page(form), 422
    values = {name: value for name, value in form.data.items() if name != "csrf_token"}
    if "industry" in values:
        values["industry"] = values["industry"] or None
        values["request_approval"] = ApprovalRule(values["request_approval"])
    values["accent"] = values["accent"].lower()
    commands.save_settings(acting=g.acting, organisation=organisation, values=values, now=clock.now())
    flash(_("Saved."), "ok")
    return redirect(url_for("settings.edit"), 303)


@bp.post("/logo")
def set_logo() -> ResponseReturnValue:
    sent = request.files.get("logo")
    try:
        logo = encode_logo(sent.read() if sent else b"")
    except UnusablePicture as refusal:
        flash(str(refusal), "error")
        return _page(_form(queries.own_organisation(g.acting))), 422
    commands.set_logo(acting=g.acting, logo=logo, now=clock.now())
    flash(_("The logo stands beside the name, for everybody who works here."), "ok")
    return redirect(url_for("settings.edit"), 303)


@bp.post("/logo/removal")
def remove_logo() -> ResponseReturnValue:
    commands.remove_logo(acting=g.acting)
    flash(_("The logo is gone."), "ok")
    return redirect(url_for("settings.edit"), 303)


def _turn(network_id: int, state: MembershipState) -> None:
    membership = queries.membership_or_404(g.acting, network_id, g.acting.org_id)
    commands.turn_membership(acting=g.acting, membership=membership, state=state, now=clock.now())


@bp.post("/networks/<int:network_id>/acceptance")
def join(network_id: int) -> ResponseReturnValue:
    _turn(network_id, MembershipState.active)
    flash(_("Your firm has joined. Its people can now meet the network’s."), "ok")
    return redirect(url_for("settings.edit"), 303)


@bp.get("/networks/<int:network_id>/leaving/new")
def ask_leaving(network_id: int) -> str:
    queries.membership_or_404(g.acting, network_id, g.acting.org_id)
    names = {network.id: network.name for network, _membership in queries.networks_of(g.acting)}
    if network_id not in names:
        abort(404)
    return render_template(
        "settings/leave.html",
        network_id=network_id,
        name=names[network_id],
        parting=queries.parting(g.acting, network_id, g.acting.org_id),
    )


@bp.post("/networks/<int:network_id>/leaving")
def leave(network_id: int) -> ResponseReturnValue:
    _turn(network_id, MembershipState.left)
    flash(_("Your firm has left the network. Pairs whose mentorship runs are asked whether they go on."), "ok")
    return redirect(url_for("settings.edit"), 303)
