"""Pages about a network's member firms, and a firm's own side of its memberships."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.accounts.onward import path_or_nothing
from tenants.activity.words import sentence
from tenants.agreements import queries as agreements
from tenants.organisations import commands, intake, queries
from tenants.organisations.forms import InviteFirmForm, KnownFirmForm, NewFirmForm, QuotaForm
from tenants.organisations.intake import may_nudge_now
from tenants.organisations.models import MembershipState
from tenants.organisations.policy import may_admit_firms, may_run_network
from tenants.organisations.words import STEP_WORDS, industry_choices, reserved_words
from tenants.shared import clock
from tenants.shared.errors import Refused
from tenants.shared.flashes import flash_undo

bp = Blueprint("firms", __name__)


def _desk() -> None:
    """The desk is the network's; to everybody else it does not exist."""
    if not may_run_network(g.acting):
        abort(404)


FILTERS: dict[str, Callable[[queries.MemberFirm, date], bool]] = {
    "stuck": lambda firm, today: firm.stuck(today),
    "on_the_way": lambda firm, _today: firm.kind in {"on_the_way", "asked"},
    "running": lambda firm, _today: firm.kind == "running",
    "suspended": lambda firm, _today: firm.kind == "suspended",
    "left": lambda firm, _today: firm.kind == "left",
}


@bp.get("/")
def index() -> str:
    _desk()
    now, today = clock.now(), clock.today()
    everyone = queries.member_firms(g.acting, today=today, with_left=True)
    members = [firm for firm in everyone if firm.kind != "left"]
    chosen, text = request.args.get("state", ""), request.args.get("q", "").strip()[:100]
    shown = [firm for firm in everyone if FILTERS[chosen](firm, today)] if chosen in FILTERS else members
    if text:
        shown = [firm for firm in shown if text.casefold() in firm.name.casefold()]
    return render_template(
        "firms/index.html",
        firms=members,
        shown=shown,
        stuck=[firm for firm in members if firm.stuck(today)],
        counts={name: sum(test(firm, today) for firm in everyone) for name, test in FILTERS.items()},
        chosen=chosen,
        text=text,
        now=now,
        today=today,
        may_nudge_now=may_nudge_now,
        step_words=STEP_WORDS,
        may_admit=may_admit_firms(g.acting),
        current=agreements.current_version(g.acting.org_id),
    )


def _new_firm_form() -> NewFirmForm:
    form = NewFirmForm(reserved=reserved_words())
    form.industry.choices = industry_choices()
    return form


def _new_page(
    invitation: InviteFirmForm | None = None, firm: NewFirmForm | None = None, known: KnownFirmForm | None = None
) -> str:
    """Three ways in; the form that was refused keeps its words, the others are empty."""
    if firm is None:
        firm = _new_firm_form()
        firm.process(formdata=None)
    return render_template(
        "firms/new.html",
        invitation=invitation or InviteFirmForm(formdata=None, data={"language": g.acting.locale}),
        form=firm,
        known=known or KnownFirmForm(formdata=None),
    )


@bp.get("/new")
def new() -> str:
    _desk()
    if not may_admit_firms(g.acting):
        abort(403)
    return _new_page()


@bp.post("/")
def create() -> ResponseReturnValue:
    _desk()
    form = _new_firm_form()
    if not form.validate_on_submit():
        return _new_page(firm=form), 422
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
        return _new_page(firm=form), 422
    flash(
        _("%(firm)s is in. An invitation is on its way to %(email)s.", firm=form.name.data, email=form.email.data),
        "ok",
    )
    return redirect(url_for("firms.index"), 303)


@bp.post("/first-invitations")
def invite() -> ResponseReturnValue:
    _desk()
    form = InviteFirmForm()
    if not form.validate_on_submit():
        return _new_page(invitation=form), 422
    commands.invite_firm(acting=g.acting, email=form.partner.data, locale=form.language.data, now=clock.now())
    flash(
        _("An invitation is on its way to %(email)s. They will name the firm themselves.", email=form.partner.data),
        "ok",
    )
    return redirect(url_for("firms.index"), 303)


@bp.post("/invitations")
def invite_known() -> ResponseReturnValue:
    _desk()
    known = KnownFirmForm()
    if not known.validate_on_submit():
        return _new_page(known=known), 422
    commands.invite_existing_firm(acting=g.acting, slug=known.known.data.strip().lower(), now=clock.now())
    flash(_("If a firm has this address, its administrator is asked to join."), "ok")
    return redirect(url_for("firms.index"), 303)


def _firm(firm_id: int) -> queries.MemberFirm:
    return queries.member_firm_or_404(g.acting, firm_id, today=clock.today())


def _member(firm_id: int) -> queries.MemberFirm:
    firm = _firm(firm_id)
    if firm.kind == "left":
        abort(404)
    return firm


def _firm_page(firm: queries.MemberFirm, quota: QuotaForm | None = None) -> str:
    now, today = clock.now(), clock.today()
    return render_template(
        "firms/show.html",
        firm=firm,
        now=now,
        today=today,
        current=agreements.current_version(g.acting.org_id),
        acceptances=agreements.acceptances_of(g.acting, g.acting.org_id, firm.id),
        documents=agreements.documents_by_number(g.acting, firm.id),
        contact=queries.invited_contact(g.acting, firm.id) if not firm.people else None,
        history=queries.firm_history(g.acting, firm.id),
        sentence=sentence,
        quota=quota
        or QuotaForm(formdata=None, data={"max_mentors": firm.max_mentors, "max_mentees": firm.max_mentees}),
        may_nudge=may_nudge_now(firm, now),
        step_words=STEP_WORDS,
        may_admit=may_admit_firms(g.acting),
    )


@bp.get("/<int:firm_id>")
def show(firm_id: int) -> str:
    _desk()
    return _firm_page(_firm(firm_id))


@bp.post("/<int:firm_id>/nudge")
def nudge(firm_id: int) -> ResponseReturnValue:
    _desk()
    firm = _member(firm_id)
    intake.nudge_firm(acting=g.acting, firm=firm, now=clock.now())
    flash(_("%(firm)s is reminded of its next step. You can do so again in three days.", firm=firm.name), "ok")
    return redirect(path_or_nothing(request.form.get("next")) or url_for("firms.show", firm_id=firm_id), 303)


@bp.post("/<int:firm_id>/quota")
def set_quota(firm_id: int) -> ResponseReturnValue:
    _desk()
    firm, form = _member(firm_id), QuotaForm()
    if "default" in request.form:
        intake.clear_quota(acting=g.acting, firm_id=firm_id, now=clock.now())
        flash(_("The network’s own figures hold for this firm."), "ok")
        return redirect(url_for("firms.show", firm_id=firm_id), 303)
    if not form.validate_on_submit():
        return _firm_page(firm, form), 422
    _keep_quota(firm_id, form)
    return redirect(url_for("firms.show", firm_id=firm_id), 303)


def _keep_quota(firm_id: int | None, form: QuotaForm) -> None:
    intake.set_quota(
        acting=g.acting,
        firm_id=firm_id,
        max_mentors=form.max_mentors.data,
        max_mentees=form.max_mentees.data,
        now=clock.now(),
    )
    flash(_("Saved. Nobody who is in is sent away."), "ok")


@bp.get("/quota")
def ask_default_quota() -> str:
    _desk()
    return render_template(
        "firms/quota.html", form=QuotaForm(obj=queries.default_quota(g.acting)), may_admit=may_admit_firms(g.acting)
    )


@bp.post("/quota")
def set_default_quota() -> ResponseReturnValue:
    _desk()
    form = QuotaForm()
    if not form.validate_on_submit():
        return render_template("firms/quota.html", form=form, may_admit=may_admit_firms(g.acting)), 422
    _keep_quota(None, form)
    return redirect(url_for("firms.index"), 303)


def _turn(network_id: int, firm_id: int, state: MembershipState) -> None:
    membership = queries.membership_or_404(g.acting, network_id, firm_id)
    commands.turn_membership(acting=g.acting, membership=membership, state=state, now=clock.now())


@bp.get("/<int:firm_id>/suspension/new")
def ask_suspension(firm_id: int) -> str:
    _desk()
    parting = queries.parting(g.acting, g.acting.org_id, firm_id)
    return render_template("firms/suspend.html", firm=_member(firm_id), parting=parting)


@bp.post("/<int:firm_id>/suspension")
def suspend(firm_id: int) -> ResponseReturnValue:
    _desk()
    _turn(g.acting.org_id, firm_id, MembershipState.suspended)
    words = _("The firm is suspended. Its people see nobody of this network, and nobody here sees them.")
    flash_undo(words, url_for("firms.reinstate", firm_id=firm_id))
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
    parting = queries.parting(g.acting, g.acting.org_id, firm_id)
    return render_template("firms/release.html", firm=_member(firm_id), parting=parting)


@bp.post("/<int:firm_id>/leaving")
def release(firm_id: int) -> ResponseReturnValue:
    _desk()
    _turn(g.acting.org_id, firm_id, MembershipState.left)
    flash(_("The firm has left the network. Pairs whose mentorship runs are asked whether they go on."), "ok")
    return redirect(url_for("firms.index"), 303)
