"""The link under a letter with which its reader switches that kind off: no sign-in, and mail programs may press it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.notices import queries
from tenants.accounts.door import door
from tenants.shared import clock
from tenants.shared.choices import Subscription, choose_letters, is_wanted, read_token
from tenants.shared.extensions import csrf
from tenants.shared.kinds import KINDS

bp = Blueprint("subscriptions", __name__)
# The one-click POST comes from a mail provider (RFC 8058): it has the token and can have nothing else.
csrf.exempt(bp)


@bp.after_request
def keep_token_here(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    subscription = subscription_or_404(token)
    return render_template(
        "notices/subscription.html",
        token=token,
        organisation=queries.organisation_name_or_404(subscription),
        kind=KINDS[subscription.kind].label,
        wanted=is_wanted(subscription, door()),
    )


@bp.post("/<token>")
def choose(token: str) -> ResponseReturnValue:
    subscription = subscription_or_404(token)
    choose_letters(
        org_id=subscription.org_id,
        person_id=subscription.person_id,
        wanted={subscription.kind: request.form.get("wanted") == "yes"},
        now=clock.now(),
        session=door,
    )
    if "List-Unsubscribe" in request.form:
        return make_response("", 200)
    return redirect(url_for("subscriptions.show", token=token), 303)


def subscription_or_404(token: str) -> Subscription:
    """What the link speaks for; a link that was cut short or made up leads nowhere."""
    return read_token(token) or abort(404)
