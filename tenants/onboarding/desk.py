"""Pages where coordinators invite people, resend and withdraw invitations."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from tenants.affiliations import queries
from tenants.affiliations.models import Role
from tenants.affiliations.words import ROLES
from tenants.domains.queries import outside_of_domains
from tenants.onboarding import commands
from tenants.onboarding.forms import NewInvitationForm
from tenants.onboarding.models import InvitationState
from tenants.onboarding.policy import may_invite, roles_to_give
from tenants.organisations.models import OrganisationKind
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("invites", __name__)


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
