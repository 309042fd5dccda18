"""For those who run the product: take Stripe's events again, compare everything now, and give a network its own account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from marketplace.billing import commands, gateway, jobs, sealing, tills
from marketplace.billing.models import BillingAccount, BillingKey, StripeEvent
from tenants.organisations.models import Organisation, OrganisationKind
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.models import Activity

stripe = AppGroup("stripe", help="Payments: events, differences, accounts of networks.")


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events Stripe still had, how many of them were new here, and how many subscriptions are read again."""

    seen: int
    new: int
    subscriptions: int


def replay(since: datetime, now: datetime) -> Replayed:
    """Take every event since then as if it came now; those that are kept already have their subscription read once more.

    Raises ``gateway.Unreachable``.
    """
    seen = new = 0
    for till in tills.all_tills():
        for told in gateway.events_since(till, since):
            seen += 1
            new += commands.take_event(told, now)
    again = db.session.execute(
        sa.select(StripeEvent.firm_id, StripeEvent.subscription_id)
        .where(StripeEvent.created_at >= since, StripeEvent.firm_id.is_not(None))
        .distinct()
    ).all()
    for firm_id, subscription_id in again:
        if firm_id is None or subscription_id is None:
            continue
        jobs.enqueue_following(firm_id, subscription_id)
    db.session.commit()
    return Replayed(seen, new, len(again))


@stripe.command("replay")
@click.option(
    "--since", type=click.DateTime(), required=True, help="From this moment on (UTC); Stripe keeps thirty days."
)
def replay_events(since: datetime) -> None:
    """Take the events of that time again. However often, nothing happens twice."""
    try:
        done = replay(since.replace(tzinfo=clock.now().tzinfo), clock.now())
    except (gateway.Unreachable, gateway.Declined) as away:
        raise click.ClickException(f"Stripe could not be asked: {away}") from None
    click.echo(f"{done.seen} events, {done.new} of them new; {done.subscriptions} subscriptions are read again.")


@stripe.command("reconcile")
def reconcile() -> None:
    """Compare every subscription with Stripe now, as each night, and list what was brought in line lately."""
    number = jobs.enqueue_comparisons()
    db.session.commit()
    click.echo(f"{number} subscriptions are compared by the worker.")
    healed = db.session.execute(
        sa.select(Activity.at, Organisation.slug, Activity.subject_id, Activity.data)
        .join(Organisation, Organisation.id == Activity.org_id)
        .where(Activity.verb == "subscription.healed")
        .order_by(Activity.at.desc())
        .limit(100)
    )
    for at, slug, subscription_id, data in healed:
        click.echo(f"{at:%Y-%m-%d %H:%M} {slug} subscription {subscription_id}: {data.get('what', '')}")


@stripe.command("account")
@click.option("--network", required=True, help="The network’s slug.")
@click.option("--account", required=True, help="acct_…, connected to the house’s own.")
def set_account(network: str, account: str) -> None:
    """Have what this network sells from now on paid to its own Stripe account (Connect)."""
    found = db.session.scalar(
        sa.select(Organisation).where(Organisation.slug == network, Organisation.kind == OrganisationKind.network)
    )
    if found is None or not account.startswith("acct_"):
        raise click.ClickException("There is no such network." if found is None else "An account begins with acct_.")
    if db.session.get(BillingKey, found.id) is not None:
        raise click.ClickException(f"{found.name} has entered a key of its own account. It removes that one first.")
    row = db.session.get(BillingAccount, found.id) or BillingAccount(org_id=found.id)
    row.stripe_account, row.set_at = account, clock.now()
    db.session.add(row)
    db.session.commit()
    click.echo(f"{found.name} is paid on {account} for new subscriptions.")


@stripe.command("rotate")
def rotate_keys() -> None:
    """Seal every network's key anew under the newest key of PAYMENT_KEYS. Older keys may go afterwards."""
    ring, anew, already, shut = sealing.ring(), 0, 0, 0
    try:
        for row in db.session.scalars(sa.select(BillingKey).with_for_update()):
            if sealing.is_newest(ring, row.sealed_key) and sealing.is_newest(ring, row.sealed_hook):
                already += 1
                continue
            try:
                opened = (
                    sealing.unseal(ring, row.org_id, sealing.STRIPE_KEY, row.sealed_key),
                    sealing.unseal(ring, row.org_id, sealing.HOOK, row.sealed_hook),
                )
            except sealing.KeyAway:
                shut += 1
                continue
            row.sealed_key = sealing.seal(ring, row.org_id, sealing.STRIPE_KEY, opened[0])
            row.sealed_hook = sealing.seal(ring, row.org_id, sealing.HOOK, opened[1])
            anew += 1
    except sealing.KeyAway as away:
        raise click.ClickException(f"{away}. Put the newest key first, and the older ones behind it.") from None
    db.session.commit()
    click.echo(f"{anew} networks’ keys are sealed anew, {already} were already under the newest key.")
    if shut:
        raise click.ClickException(f"{shut} open with no key of PAYMENT_KEYS. Keep the older keys, and add theirs.")


def alarm() -> str:
    """What keeps networks' keys from being opened, as a sentence; nothing when all can be."""
    ring = sealing.ring()
    shut = 0
    for row in db.session.scalars(sa.select(BillingKey)):
        try:
            sealing.unseal(ring, row.org_id, sealing.STRIPE_KEY, row.sealed_key)
            sealing.unseal(ring, row.org_id, sealing.HOOK, row.sealed_hook)
        except sealing.KeyAway:
            shut += 1
    why = ring.fault or "PAYMENT_KEYS lacks the key that they were sealed with"
    return f"The Stripe keys of {shut} networks cannot be opened: {why}. Put the key back." if shut else ""
