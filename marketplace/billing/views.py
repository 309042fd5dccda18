"""A company's subscriptions: begin, pay, change, cancel. And the one address at which Stripe tells us that something happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.billing import commands, gateway, jobs, own_key, queries, tills, wishes, words
from marketplace.billing.forms import DetailsForm, SeatsForm, SubscribeForm
from marketplace.billing.models import (
    BillingWish,
    Collection,
    Subscription,
    SubscriptionStatus,
    WishState,
)
from marketplace.billing.policy import may_pay, may_read_bills
from marketplace.billing.queries import SubscriptionSeen
from marketplace.boards.models import TrackState
from marketplace.boards.queries import TrackSeen, candidates, track_or_404
from marketplace.boards.words import OFFICES
from tenants.shared import clock
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.extensions import csrf

bp = Blueprint("billing", __name__)
webhooks = Blueprint("stripe_events", __name__)

MOST_BYTES = 1024 * 1024

__all__ = ["bp", "jobs", "webhooks"]


@bp.get("")
def index() -> str:
    if not may_read_bills(g.acting):
        abort(404)
    return render_template("billing/index.html", subscriptions=queries.subscriptions_of(g.acting), words=words)


def _to_subscribe(track_id: int) -> TrackSeen:
    seen = track_or_404(g.acting, track_id)
    if not may_read_bills(g.acting):
        abort(404)
    if not may_pay(g.acting):
        raise Forbidden(_("Only an administrator of your organisation may subscribe, change seats or cancel."))
    if seen.track.state is not TrackState.open:
        raise Refused(_("This track takes no subscriptions now."))
    return seen


def _form_page(seen: TrackSeen, form: SubscribeForm, status: int = 200) -> ResponseReturnValue:
    return render_template("billing/new.html", seen=seen, form=form, ready=tills.ready_for(seen.track.org_id)), status


@bp.get("/tracks/<int:track_id>")
def new(track_id: int) -> ResponseReturnValue:
    seen = _to_subscribe(track_id)
    if row := queries.subscription_to(g.acting, seen.track):
        return redirect(url_for(".show", subscription_id=row.id), 303)
    return _form_page(seen, SubscribeForm.filled(queries.latest_details(g.acting), ""))


@bp.post("/tracks/<int:track_id>")
def add(track_id: int) -> ResponseReturnValue:
    seen = _to_subscribe(track_id)
    form = SubscribeForm()
    if not tills.ready_for(seen.track.org_id):
        raise Refused(_("Payment is not set up here yet. Ask those who run the track."))
    if form.validate_on_submit() and form.seats.data > seen.track.seats_left:
        form.seats.errors = [_("The track has not that many seats left: %(num)d.", num=seen.track.seats_left)]
        return _form_page(seen, form, 422)
    if form.errors or not form.validate():
        return _form_page(seen, form, 422)
    wish = commands.subscribe(
        acting=g.acting,
        track=seen.track,
        seats=form.seats.data,
        collection=Collection(form.collection.data),
        details=form.details(),
        now=clock.now(),
    )
    return _carried_out(wish, _("You are subscribed. The invoice comes by e-mail within the hour."))


def _carried_out(wish: BillingWish, done: str) -> ResponseReturnValue:
    """Try at once what is kept already; whatever comes of it, the page says where it stands."""
    try:
        state = wishes.carry_out(org_id=wish.org_id, wish_id=wish.id, now=clock.now())
    except gateway.Unreachable:
        state = WishState.open
    row = queries.subscription_or_404(g.acting, wish.subscription_id).row
    if state is WishState.done and row.status is not SubscriptionStatus.asked:
        flash(done, "ok")
    return redirect(url_for(".show", subscription_id=wish.subscription_id), 303)


def _seen(subscription_id: int) -> SubscriptionSeen:
    return queries.subscription_or_404(g.acting, subscription_id)


@bp.get("/<int:subscription_id>")
def show(subscription_id: int) -> str:
    seen = _seen(subscription_id)
    row, now = seen.row, clock.now()
    return render_template(
        "billing/show.html",
        seen=seen,
        row=row,
        words=words,
        offices=OFFICES,
        wish=queries.wish_of(row),
        started_by=queries.person_name(row.started_by_id),
        may_pay=may_pay(g.acting),
        payable=bool(row.checkout_url and row.checkout_until and row.checkout_until > now),
        just_paid=request.args.get("paid") == "1" and row.status is SubscriptionStatus.asked,
        may_nominate=row.may_nominate(now),
        candidates=candidates(g.acting, row),
        invoices=queries.invoices_of(row),
    )


def _payer(subscription_id: int) -> SubscriptionSeen:
    seen = _seen(subscription_id)
    if not may_pay(g.acting):
        raise Forbidden(_("Only an administrator of your organisation may subscribe, change seats or cancel."))
    return seen


def _seats_page(seen: SubscriptionSeen, form: SeatsForm, status: int = 200, **more: Any) -> ResponseReturnValue:
    return render_template("billing/seats.html", seen=seen, row=seen.row, form=form, **more), status


@bp.get("/<int:subscription_id>/seats")
def seats(subscription_id: int) -> ResponseReturnValue:
    """The number, and once it is chosen (``?seats=``) what it costs now, before anybody says yes."""
    seen = _payer(subscription_id)
    row = seen.row
    if not request.args.get("seats"):
        return _seats_page(seen, SeatsForm(formdata=None, data={"seats": row.seats}))
    form = SeatsForm(request.args, meta={"csrf": False})
    if not form.validate():
        return _seats_page(seen, form, 422)
    if not row.stripe_subscription:
        raise Refused(_("Nothing is running that could be changed."))
    if form.seats.data < row.seats_used:
        names = ", ".join(queries.holders(row))
        form.seats.errors = [_("%(used)s seats are taken, by %(names)s.", used=row.seats_used, names=names)]
        return _seats_page(seen, form, 422)
    if form.seats.data == row.seats:
        form.seats.errors = [_("You have this number of seats already.")]
        return _seats_page(seen, form, 422)
    try:
        price = gateway.preview(
            tills.till_of(row),
            row.stripe_customer,
            row.stripe_subscription,
            row.stripe_item,
            form.seats.data,
            clock.now(),
        )
    except gateway.Unreachable:
        return _seats_page(seen, form, 503, away=True)
    except gateway.Declined:
        raise Refused(_("Nothing is running that could be changed.")) from None
    return _seats_page(seen, form, price=price, priced_at=int(price.at.timestamp()))


@bp.post("/<int:subscription_id>/seats")
def change_seats(subscription_id: int) -> ResponseReturnValue:
    seen = _payer(subscription_id)
    form = SeatsForm()
    if not form.validate_on_submit():
        return _seats_page(seen, form, 422)
    priced_at = datetime.fromtimestamp(form.priced_at.data, UTC) if form.priced_at.data else None
    wish = commands.change_seats(
        acting=g.acting,
        row=seen.row,
        seats=form.seats.data,
        priced_at=priced_at,
        before=form.before.data,
        now=clock.now(),
    )
    return _carried_out(wish, _("The number of seats is changed."))


def _details_page(seen: SubscriptionSeen, form: DetailsForm, status: int = 200) -> ResponseReturnValue:
    return render_template("billing/details.html", seen=seen, row=seen.row, form=form), status


@bp.get("/<int:subscription_id>/invoice-details")
def details(subscription_id: int) -> ResponseReturnValue:
    seen = _payer(subscription_id)
    return _details_page(seen, DetailsForm.of(seen.row))


@bp.post("/<int:subscription_id>/invoice-details")
def change_details(subscription_id: int) -> ResponseReturnValue:
    seen, form = _payer(subscription_id), DetailsForm()
    if not form.validate_on_submit():
        return _details_page(seen, form, 422)
    wish = commands.change_details(acting=g.acting, row=seen.row, details=form.details(), now=clock.now())
    return _carried_out(wish, _("Saved. It stands on the invoices from the next one on."))


@bp.get("/<int:subscription_id>/cancellation")
def cancelling(subscription_id: int) -> str:
    seen = _payer(subscription_id)
    return render_template("billing/cancel.html", seen=seen, row=seen.row)


Asked = Callable[..., BillingWish]


def _asked(subscription_id: int, ask: Asked, done: str) -> ResponseReturnValue:
    row: Subscription = _payer(subscription_id).row
    return _carried_out(ask(acting=g.acting, row=row, now=clock.now()), done)


@bp.post("/<int:subscription_id>/cancellation")
def cancel(subscription_id: int) -> ResponseReturnValue:
    return _asked(subscription_id, commands.cancel, _("The subscription ends with the year that is paid."))


@bp.post("/<int:subscription_id>/reactivation")
def reactivate(subscription_id: int) -> ResponseReturnValue:
    return _asked(subscription_id, commands.reactivate, _("The subscription goes on."))


@bp.post("/<int:subscription_id>/removal")
def abandon(subscription_id: int) -> ResponseReturnValue:
    seen = _payer(subscription_id)
    commands.abandon(acting=g.acting, row=seen.row, now=clock.now())
    flash(_("Given up. Nothing was paid, and the seats are free again."), "ok")
    if seen.track is None:
        return redirect(url_for(".index"), 303)
    return redirect(url_for("tracks.show", track_id=seen.track.id), 303)


@bp.get("/<int:subscription_id>/portal")
def portal(subscription_id: int) -> ResponseReturnValue:
    """On to Stripe's own pages for the means of payment; nothing changes here by it."""
    row = _payer(subscription_id).row
    back = url_for(".show", subscription_id=row.id, _external=True)
    if not row.stripe_customer:
        abort(404)
    try:
        return redirect(gateway.portal(tills.till_of(row), row.stripe_customer, back), 303)
    except (gateway.Unreachable, gateway.Declined):
        raise Refused(_("The payment service does not answer. Try again in a few minutes.")) from None


@webhooks.post("/webhook")
@csrf.exempt
def take() -> ResponseReturnValue:
    """Checked by its signature, kept once, answered at once; the worker reads what it is about."""
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    try:
        told = gateway.read_event(request.get_data(), _signature(), gateway.house_secret())
    except gateway.Forged:
        return "", 400
    commands.take_event(told, clock.now())
    return "", 200


@webhooks.post("/webhook/<int(max=2147483647):network_id>")
@csrf.exempt
def take_of_network(network_id: int) -> ResponseReturnValue:
    """The same for a network's own account, whose events are signed with its own secret."""
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    now = clock.now()
    try:
        told = own_key.read_event_of(network_id, request.get_data(), _signature(), now)
    except gateway.Forged:
        return "", 400
    except gateway.Unreachable:
        return "", 503
    commands.take_event(told, now)
    return "", 200


def _signature() -> str:
    return request.headers.get("Stripe-Signature", "")
