"""Pages behind an invitation's link. GET only shows; taking it up is a POST."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security.utils import hash_password

from tenants.accounts import queries as accounts
from tenants.accounts import sessions
from tenants.accounts.language import in_language
from tenants.accounts.models import Account
from tenants.accounts.onward import first_page
from tenants.affiliations.words import ROLES
from tenants.onboarding import commands
from tenants.onboarding.forms import NewcomerForm
from tenants.onboarding.models import InvitationState
from tenants.onboarding.queries import OpenedInvitation, belongs, opened_invitation
from tenants.shared import clock
from tenants.shared.extensions import limiter

bp = Blueprint("invitations", __name__)


@bp.after_request
def keep_the_link_to_ourselves(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/<token>")
@limiter.limit("120 per hour")
def show(token: str) -> ResponseReturnValue:
    invitation, account = opened_invitation(token), accounts.signed_in_account()
    if invitation is None or not invitation.good(clock.now()):
        return _no_longer(invitation, account)
    return _page(token, invitation, account)


@bp.post("/<token>/acceptance")
@limiter.limit("120 per hour")
def accept(token: str) -> ResponseReturnValue:
    invitation, account = opened_invitation(token), accounts.signed_in_account()
    if invitation is None or not invitation.good(clock.now()):
        return _no_longer(invitation, account)
    if account is not None:
        commands.accept_with_account(account=account, token=token, now=clock.now())
        # Somebody who was elsewhere before may bring what they wrote there.
        return redirect(url_for("arrival.show", organisation=invitation.slug), 303)
    if accounts.account_of(invitation.email) is not None:
        return redirect(url_for(".show", token=token), 303)
    with in_language(invitation.locale):
        form = NewcomerForm(email=invitation.email)
        if not form.validate_on_submit():
            return _page(token, invitation, None, form)
    newcomer = commands.accept_as_new_person(
        token=token,
        name=form.name.data,
        password_hash=hash_password(form.password.data),
        locale=form.locale.data,
        time_zone=form.time_zone.data,
        now=clock.now(),
    )
    sessions.sign_in(newcomer, via="password")
    response = redirect(_inside(invitation), 303)
    # From here on the language they chose for themselves counts, not the one this browser was shown.
    response.delete_cookie("language")
    return response


def _inside(invitation: OpenedInvitation) -> str:
    return first_page(invitation.slug, invitation.org_kind, invitation.role, welcome_open=invitation.welcome_open)


def _page(
    token: str, invitation: OpenedInvitation, account: Account | None, form: NewcomerForm | None = None
) -> ResponseReturnValue:
    """Who invites to what, and the one next step for this reader."""
    owner = accounts.account_of(invitation.email)
    with in_language(account.person.locale if account else invitation.locale):
        if account is None and owner is None and form is None:
            form = NewcomerForm(
                email=invitation.email,
                data={
                    "name": invitation.name,
                    "locale": invitation.locale,
                    "time_zone": invitation.time_zone,
                },
            )
        page = render_template(
            "invitations/show.html",
            token=token,
            invitation=invitation,
            role_label=ROLES[invitation.role],
            account=account,
            owner=owner,
            form=form,
        )
    return page, 422 if form is not None and form.errors else 200


def _no_longer(invitation: OpenedInvitation | None, account: Account | None) -> ResponseReturnValue:
    if (
        account is not None
        and invitation is not None
        and invitation.state is InvitationState.accepted
        and belongs(account.id, invitation.org_id, now=clock.now())
    ):
        return redirect(_inside(invitation), 303)
    state = (
        "unknown"
        if invitation is None
        else "expired"
        if invitation.state is InvitationState.open
        else invitation.state.value
    )
    with in_language(invitation.locale if invitation else ""):
        page = render_template("invitations/no_longer.html", state=state, invitation=invitation, account=account)
    return page, 404 if invitation is None else 410
