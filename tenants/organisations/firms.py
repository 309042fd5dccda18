"""Pages about a network's member firms, and a firm's own side of its memberships."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.organisations import commands, queries
from tenants.organisations.forms import KnownFirmForm, NewFirmForm
from tenants.organisations.models import MembershipState
from tenants.organisations.policy import may_admit_firms, may_run_network
from tenants.organisations.words import industry_choices, reserved_words
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("firms", __name__)


def _desk() -> None:
    """The desk is the network's; to everybody else it does not exist."""
    if not may_run_network(g.acting):
        abort(404)


@bp.get("/")
def index() -> str:
    _desk()
    firms = queries.member_firms(g.acting)
    today = clock.today()
    stuck = [
        firm
        for firm in firms
        if firm.next_step
        and firm.state is not MembershipState.suspended
        and firm.days_in(today) > queries.STUCK_AFTER_DAYS
    ]
    return render_template(
        "firms/index.html", firms=firms, stuck=stuck, today=today, may_admit=may_admit_firms(g.acting)
    )


def _new_firm_form() -> NewFirmForm:
    form = NewFirmForm(reserved=reserved_words())
    form.industry.choices = industry_choices()
    return form


@bp.get("/new")
def new() -> str:
    _desk()
    if not may_admit_firms(g.acting):
        abort(403)
    return render_template("firms/new.html", form=_new_firm_form(), known=KnownFirmForm())


@bp.post("/")
def create() -> ResponseReturnValue:
    _desk()
    form = _new_firm_form()
    if not form.validate_on_submit():
        return render_template("firms/new.html", form=form, known=KnownFirmForm(formdata=None)), 422
    try:
        commands.create_firm(
            acting=g.acting,
            name=form.name.data,
            slug=form.chosen_slug,
            industry=form.industry.data or None,
            email=form.email.data,
            contact=form.contact.data,
            locale=form.locale.data,
            now=clock.now(),
        )
    except Refused as refusal:
        if refusal.status != 409:
            raise
        form.slug.errors = [refusal.sentence]
        return render_template("firms/new.html", form=form, known=KnownFirmForm(formdata=None)), 422
    flash(
        _(
            "%(firm)s is in. An invitation is on its way to %(email)s.",
            firm=form.name.data,
            email=form.email.data,
        ),
        "ok",
    )
    return redirect(url_for("firms.index"), 303)


@bp.post("/invitations")
def invite_known() -> ResponseReturnValue:
    _desk()
    known = KnownFirmForm()
    if not known.validate_on_submit():
        form = _new_firm_form()
        form.process(formdata=None)
        return render_template("firms/new.html", form=form, known=known), 422
    commands.invite_existing_firm(acting=g.acting, slug=known.known.data.strip().lower(), now=clock.now())
    flash(_("If a firm has this address, its administrator is asked to join."), "ok")
    return redirect(url_for("firms.index"), 303)


@bp.get("/<int:firm_id>")
def show(firm_id: int) -> str:
    _desk()
    firm = queries.member_firm_or_404(g.acting, firm_id)
    return render_template("firms/show.html", firm=firm, today=clock.today(), may_admit=may_admit_firms(g.acting))


def _turn(network_id: int, firm_id: int, state: MembershipState) -> None:
    membership = queries.membership_or_404(g.acting, network_id, firm_id)
    commands.turn_membership(acting=g.acting, membership=membership, state=state, now=clock.now())


@bp.get("/<int:firm_id>/suspension/new")
def ask_suspension(firm_id: int) -> str:
    _desk()
    return render_template("firms/suspend.html", firm=queries.member_firm_or_404(g.acting, firm_id))


@bp.post("/<int:firm_id>/suspension")
def suspend(firm_id: int) -> ResponseReturnValue:
    _desk()
    _turn(g.acting.org_id, firm_id, MembershipState.suspended)
    words = _("The firm is suspended. Its people see nobody of this network, and nobody here sees them.")
    flash({"text": words, "undo": url_for("firms.reinstate", firm_id=firm_id)}, "ok")  # type: ignore[arg-type]
    return redirect(url_for("firms.show", firm_id=firm_id), 303)


@bp.post("/<int:firm_id>/reinstatement")
def reinstate(firm_id: int) -> ResponseReturnValue:
    _desk()
    _turn(g.acting.org_id, firm_id, MembershipState.active)
    flash(_("The firm is back in the network."), "ok")
    return redirect(url_for("firms.show", firm_id=firm_id), 303)


@bp.get("/<int:firm_id>/leaving/new")
def ask_release(firm_id: int) -> str:
    _desk()
    return render_template("firms/release.html", firm=queries.member_firm_or_404(g.acting, firm_id))


@bp.post("/<int:firm_id>/leaving")
def release(firm_id: int) -> ResponseReturnValue:
    _desk()
    _turn(g.acting.org_id, firm_id, MembershipState.left)
    flash(_("The firm has left the network. Mentorships that run go on."), "ok")
    return redirect(url_for("firms.index"), 303)
