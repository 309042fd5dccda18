"""Pages where coordinators invite people, resend and withdraw invitations."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectChoice

from tenants.affiliations import queries
from tenants.affiliations.models import Role
from tenants.affiliations.words import ROLES
from tenants.domains.queries import outside_of_domains
from tenants.onboarding import commands, invited
from tenants.onboarding.forms import NewInvitationForm, ResendingForm
from tenants.onboarding.invited import Standing
from tenants.onboarding.models import InvitationState
from tenants.onboarding.policy import may_invite, roles_to_give
from tenants.organisations.models import OrganisationKind
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("invites", __name__)

STANDINGS = {
    Standing.bounced: _l("Came back"),
    Standing.expired: _l("Link expired"),
    Standing.open: _l("Sent"),
    Standing.waiting: _l("About to be sent"),
    Standing.accepted: _l("Accepted"),
    Standing.withdrawn: _l("Withdrawn"),
}
"""What wants something of the reader comes first."""


@bp.before_request
def only_coordinators() -> None:
    if g.acting is None or not may_invite(g.acting):
        abort(404)


def _roles() -> tuple[Role, ...]:
    return roles_to_give(g.acting, OrganisationKind(g.acting.org_kind), own=True)


def _form() -> NewInvitationForm:
    form = NewInvitationForm()
    form.role.choices = [SelectChoice(role.value, ROLES[role]) for role in _roles()]
    if not form.is_submitted():
        form.locale.data = g.acting.locale
    return form


@bp.get("/")
def index() -> str:
    now = clock.now()
    asked = request.args.get("state", "")
    standing = Standing(asked) if asked in set(Standing) else None
    after = request.args.get("after", "")
    found = invited.invitations(
        g.acting, standing, now=now, after=int(after) if after.isdecimal() and len(after) < 19 else None
    )
    shown = found[: invited.PAGE]
    return render_template(
        "people/invitations.html",
        invitations=shown,
        more=url_for(".index", state=asked or None, after=shown[-1].invitation.id) if len(found) > len(shown) else None,
        counts=invited.counts(g.acting, now),
        standing=standing,
        standings=STANDINGS,
        again=invited.AGAIN,
        roles=ROLES,
    )


@bp.post("/resending")
def resend_all() -> ResponseReturnValue:
    form = ResendingForm()
    if not form.validate_on_submit():
        abort(422)
    number = commands.resend_all(acting=g.acting, standing=Standing(form.state.data), now=clock.now())
    flash(
        ngettext(
            "One invitation is on its way again; its earlier link stops working.",
            "%(num)s invitations are on their way again, in batches; the earlier links stop working.",
            number,
        ),
        "ok",
    )
    return redirect(url_for(".index"), 303)


@bp.get("/new")
def new() -> str:
    return render_template("people/invite.html", form=_form())


@bp.post("/")
def create() -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        return render_template("people/invite.html", form=form), 422
    commands.invite(
        acting=g.acting,
        email=form.email.data,
        name=form.name.data,
        role=Role(form.role.data),
        job_title=form.job_title.data or "",
        locale=form.locale.data,
        now=clock.now(),
    )
    flash(_("An invitation is on its way to %(email)s.", email=form.email.data), "ok")
    if outside_of_domains(g.acting, form.email.data):
        flash(_("This address is at none of your firm’s proved domains. If that was a slip, withdraw the invitation."))
    return redirect(url_for("people.index"), 303)


@bp.post("/<int:invitation_id>/resending")
def resend(invitation_id: int) -> ResponseReturnValue:
    invitation = queries.invitation_or_404(g.acting, invitation_id)
    if invitation.state is not InvitationState.open:
        raise Refused(_("This invitation was already taken up or withdrawn."), way_back=url_for("people.index"))
    commands.invite(
        acting=g.acting,
        email=invitation.email,
        name=invitation.name,
        role=invitation.role,
        job_title=invitation.job_title,
        locale=invitation.locale,
        now=clock.now(),
    )
    flash(
        _(
            "A new invitation is on its way to %(email)s; the earlier link no longer works.",
            email=invitation.email,
        ),
        "ok",
    )
    return redirect(url_for("people.index"), 303)


@bp.post("/<int:invitation_id>/withdrawal")
def withdraw(invitation_id: int) -> ResponseReturnValue:
    commands.withdraw_invitation(
        acting=g.acting, invitation=queries.invitation_or_404(g.acting, invitation_id), now=clock.now()
    )
    flash(_("The invitation is withdrawn; its link no longer works."), "ok")
    return redirect(url_for("people.index"), 303)
