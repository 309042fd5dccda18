"""The links under a letter with which its reader says how such letters come: no sign-in, and mail programs may press them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.notices import queries
from marketplace.notices.forms import WAYS
from tenants.accounts.door import door
from tenants.shared import clock
from tenants.shared.choices import ALL, Subscription, choose_letters, chosen, read_token
from tenants.shared.digests import reconsider_letters
from tenants.shared.extensions import csrf
from tenants.shared.jobs import enqueue
from tenants.shared.kinds import KINDS
from tenants.shared.models import Delivery

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
    ways = chosen(subscription.org_id, subscription.person_id, door())
    return render_template(
        "notices/subscription.html",
        token=token,
        organisation=queries.organisation_name_or_404(subscription),
        everything=subscription.kind == ALL,
        kinds=[(kind, KINDS[kind].label, ways[kind]) for kind in subscription.kinds],
        ways=WAYS,
    )


@bp.post("/<token>")
def choose(token: str) -> ResponseReturnValue:
    """Each kind as its field says; all of them only in the app, where the mail program or the button says so."""
    subscription = subscription_or_404(token)
    one_click = "List-Unsubscribe" in request.form
    known = set(Delivery)
    ways = {
        kind: Delivery.app if one_click or "without" in request.form else Delivery(request.form[kind])
        for kind in subscription.kinds
        if one_click or "without" in request.form or request.form.get(kind) in known
    }
    who = {"org_id": subscription.org_id, "person_id": subscription.person_id}
    choose_letters(**who, ways=ways, now=clock.now(), session=door)
    enqueue(reconsider_letters, org_id=subscription.org_id, session=door, person_id=subscription.person_id)
    door.commit()
    if one_click:
        return make_response("", 200)
    flash(_("Your choice is kept."), "ok")
    return redirect(url_for("subscriptions.show", token=token), 303)


def subscription_or_404(token: str) -> Subscription:
    """What the link speaks for; a link that was cut short or made up leads nowhere."""
    return read_token(token) or abort(404)
