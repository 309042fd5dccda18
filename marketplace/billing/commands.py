"""What a company asks for. Each keeps the wish and commits; ``wishes.carry_out`` then has Stripe do it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.billing import gateway, jobs, tills, wishes
from marketplace.billing.following import move
from marketplace.billing.models import (
    BillingWish,
    Collection,
    Subscription,
    SubscriptionStatus,
    WishKind,
)
from marketplace.billing.policy import may_pay
from marketplace.billing.queries import account_of, holders, person_name, subscription_to
from marketplace.boards.models import BoardTrack, TrackState
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused


@dataclass(frozen=True, slots=True)
class Details:
    """What an invoice needs, as it was typed."""

    legal_entity: str
    address_line: str
    postal_code: str
    city: str
    country: str
    vat_number: str
    billing_email: str
    purchase_order: str


def subscribe(
    *, acting: Acting, track: BoardTrack, seats: int, collection: Collection, details: Details, now: datetime
) -> BillingWish:
    """Ask for seats on a track: they are kept free from now on, and Stripe is asked next.

    Raises ``Forbidden`` to whoever does not administer the company, ``Refused`` where the track is not open, has not that many
    seats left, or a colleague was first.
    """
    _must_pay(acting)
    if track.state is not TrackState.open:
        raise Refused(_("This track takes no subscriptions now."))
    if first := subscription_to(acting, track):
        raise _begun(first)
    row = Subscription(
        org_id=acting.org_id,
        id=new_id(),
        track_org_id=track.org_id,
        track_id=track.id,
        track_name_en=track.name_en,
        track_name_fr=track.name_fr,
        seats=seats,
        price_cents=track.price_cents,
        currency=track.currency,
        collection=collection,
        stripe_account=account_of(track.org_id),
        started_by_id=acting.person_id,
        created_at=now,
        updated_at=now,
        **asdict(details),
    )
    try:
        db.session.add(row)
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        if "no seats left" in str(error.orig):
            raise _full() from None
        if "paid on another account" in str(error.orig):
            raise Refused(_("The network has changed where it is paid just now. Subscribe once more.")) from None
        first = subscription_to(acting, track)
        raise _begun(first) if first else _full() from None
    wish = wishes.keep(row, WishKind.subscribe, acting.person_id, now)
    record(
        "subscription.asked",
        org_ids=[acting.org_id],
        now=now,
        subject=("subscription", row.id),
        actor=(acting.person_id, acting.person_name),
        data={"number": seats},
    )
    db.session.commit()
    return wish


def change_seats(
    *,
    acting: Acting,
    row: Subscription,
    seats: int,
    priced_at: datetime | None,
    now: datetime,
    before: int | None = None,
) -> BillingWish:
    """Ask for another number of seats from now on, at the price that was shown for the moment ``priced_at``.

    ``before``: how many there were then; a colleague may have changed them meanwhile, and the price with them.
    Raises ``Refused`` with the names of those who sit, where there would be fewer seats than people, and where the track has
    not that many left.
    """
    one = _running(acting, row)
    if before is not None and before != one.seats:
        raise Refused(
            _("A colleague has changed the seats to %(num)d meanwhile. Look at the price again.", num=one.seats)
        )
    if seats < one.seats_used:
        names = ", ".join(holders(one))
        raise Refused(
            _(
                "%(used)s seats are taken, by %(names)s. Withdraw a nomination first, or keep as many seats.",
                used=one.seats_used,
                names=names,
            )
        )
    if seats == one.seats:
        raise Refused(_("You have this number of seats already."))
    try:
        one.seats_wanted, one.updated_at = seats, now
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise _full() from None
    wish = wishes.keep(one, WishKind.seats, acting.person_id, now, seats=seats, priced_at=priced_at)
    db.session.commit()
    return wish


def cancel(*, acting: Acting, row: Subscription, now: datetime) -> BillingWish:
    """Ask that it ends with the year that is paid. Raises ``Refused`` where that was asked already."""
    one = _running(acting, row)
    if one.cancel_at_period_end:
        raise Refused(_("It ends with the present period already."))
    wish = wishes.keep(one, WishKind.cancel, acting.person_id, now)
    db.session.commit()
    return wish


def reactivate(*, acting: Acting, row: Subscription, now: datetime) -> BillingWish:
    """Ask that it goes on after all."""
    one = _running(acting, row)
    if not one.cancel_at_period_end:
        raise Refused(_("It goes on already."))
    wish = wishes.keep(one, WishKind.reactivate, acting.person_id, now)
    db.session.commit()
    return wish


def change_details(*, acting: Acting, row: Subscription, details: Details, now: datetime) -> BillingWish:
    """Ask that this stands on the invoices from the next one on; a number that the register does not know is corrected so."""
    one = _running(acting, row)
    wish = wishes.keep(one, WishKind.details, acting.person_id, now, details=asdict(details))
    db.session.commit()
    return wish


def abandon(*, acting: Acting, row: Subscription, now: datetime) -> None:
    """Give up a subscription that nobody has paid: its payment page closes, and its seats are free.

    Raises ``Refused`` where somebody has paid meanwhile, or Stripe cannot be asked.
    """
    _must_pay(acting)
    if row.status is not SubscriptionStatus.asked:
        raise Refused(_("Only a subscription that nobody has paid is given up. Cancel this one instead."))
    if _waits(row):
        raise Refused(_("It is still on its way to the payment service. Give it up once it has arrived."))
    if row.stripe_checkout:
        try:
            gateway.expire_checkout(tills.till_of(row), row.stripe_checkout)
        except gateway.Unreachable:
            raise Refused(_("The payment service does not answer. Try again in a few minutes.")) from None
        except gateway.Declined:
            jobs.enqueue_following(row.org_id, row.id)
            db.session.commit()
            raise Refused(_("Somebody has paid, or the page is closed already. Look again in a moment.")) from None
    one = _locked(row)
    if one.status is SubscriptionStatus.asked:
        move(one, SubscriptionStatus.ended, now)
    db.session.commit()


def take_event(told: gateway.Told, now: datetime) -> bool:
    """Keep an event once, and have its subscription read again. False: it was here before, or is about nobody here."""
    found = db.session.execute(
        sa.text(
            "SELECT org_id, subscription_id FROM take_stripe_event(:id, :account, :kind, :object, :customer, :created, :now)"
        ),
        {
            "id": told.id[:80],
            "account": told.account[:80],
            "kind": told.kind[:80],
            "object": told.object_id[:120],
            "customer": told.customer[:80],
            "created": told.created_at,
            "now": now,
        },
    ).first()
    if found is not None:
        jobs.enqueue_following(found.org_id, found.subscription_id)
    db.session.commit()
    return found is not None


def _must_pay(acting: Acting) -> None:
    if not may_pay(acting):
        raise Forbidden(_("Only an administrator of your organisation may subscribe, change seats or cancel."))


def _locked(row: Subscription) -> Subscription:
    return db.session.get_one(Subscription, (row.org_id, row.id), with_for_update=True, populate_existing=True)


def _running(acting: Acting, row: Subscription) -> Subscription:
    """The row as it is now, locked, for somebody who may pay. Raises ``Refused`` where nothing may be changed at present."""
    _must_pay(acting)
    one = _locked(row)
    if one.status not in {SubscriptionStatus.active, SubscriptionStatus.past_due} or not one.stripe_subscription:
        raise Refused(_("Nothing is running that could be changed."))
    if _waits(one):
        raise Refused(_("A change is still on its way. Wait until it is done."))
    return one


def _waits(row: Subscription) -> bool:
    """Something that was asked of Stripe is not done yet."""
    waiting = sa.select(BillingWish.id).where(
        BillingWish.org_id == row.org_id, BillingWish.subscription_id == row.id, BillingWish.state == "open"
    )
    return db.session.scalar(waiting) is not None


def _full() -> Refused:
    return Refused(_("The track has not that many seats left. Ask for fewer, or ask those who run it for more."))


def _begun(first: Subscription) -> Refused:
    return Refused(
        _(
            "%(name)s has begun to subscribe already. You find it under Subscriptions.",
            name=person_name(first.started_by_id),
        )
    )
