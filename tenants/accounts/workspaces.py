"""From a sign-in to a workspace: straight there when there is one, a choice when there are several."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tenants.accounts import queries
from tenants.accounts.language import in_language_of
from tenants.accounts.onward import first_page
from tenants.affiliations.words import ROLES
from tenants.shared import clock

bp = Blueprint("workspaces", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    account = queries.signed_in_account()
    if account is None:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    start = request.args.get("start", "")
    workspaces = queries.workspaces_of(account.id, today=clock.today())
    # Mentorships that no workspace shows; the marketplace knows them.
    elsewhere = current_app.extensions["between_employers"]()
    if len(workspaces) == 1 and not request.args.get("all") and not elsewhere:
        return redirect(_first_page(workspaces[0], start), 303)
    places = [(place, _first_page(place, start)) for place in workspaces]
    with in_language_of(account.person):
        return render_template(
            "accounts/workspaces.html",
            person=account.person,
            email=account.email,
            places=places,
            elsewhere=elsewhere,
            role_labels=ROLES,
        )


def _first_page(place: queries.Workspace, start: str) -> str:
    return first_page(place.slug, place.kind, place.role, start, welcome_open=place.welcome_open)
