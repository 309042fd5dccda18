"""A network enters a key of its own Stripe account, replaces it, takes it back; and its events are told from forged ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.billing import gateway, sealing
from marketplace.billing.models import BillingAccount, BillingKey
from marketplace.billing.policy import may_set_payment_key
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a network is paid. ``account``: None on the house's own. ``key``: None where the house's key acts for it.
    ``fault``: why no key can be kept here.
    """

    account: BillingAccount | None
    key: BillingKey | None
    fault: str


def standing(viewer: Acting) -> Standing:
    return Standing(
        db.session.get(BillingAccount, viewer.org_id), db.session.get(BillingKey, viewer.org_id), sealing.ring().fault
    )


def set_key(*, acting: Acting, key: str, hook: str, taxes: bool, now: datetime) -> None:
    """Keep a key that Stripe knows, or a signing secret, or both; what is empty stays as it is. ``taxes``: by Stripe Tax.

    Stripe is asked first. Raises ``gateway.WrongKey`` and ``gateway.Unreachable``, and nothing is kept; ``Forbidden`` to
    whoever does not administer the network, ``Refused`` where something else is paid on the account before.
    """
    if not may_set_payment_key(acting):
        raise Forbidden(_("Only an administrator of the network may say where it is paid."))
    before = db.session.get(BillingKey, acting.org_id)
    if before is None and not (key and hook):
        raise Refused(_("The key has been removed meanwhile. Enter the key and the signing secret."))
    account = gateway.account_of_key(key) if key else before.stripe_account if before else ""
    ring = sealing.ring()
    try:
        values = {
            "account": account,
            "key": sealing.seal(ring, acting.org_id, sealing.STRIPE_KEY, key) if key else None,
            "last": key[-4:] or None,
            "hook": sealing.seal(ring, acting.org_id, sealing.HOOK, hook) if hook else None,
            "taxes": taxes,
            "now": now,
        }
    except sealing.KeyAway:
        raise Refused(_("This site has nothing to seal a key with. Ask those who run it.")) from None
    _done(db.session.scalar(sa.text("SELECT keep_payment_key(:account, :key, :last, :hook, :taxes, :now)"), values))
    _record("payment_key.set", acting, now)
    db.session.commit()


def remove_key(*, acting: Acting, now: datetime) -> None:
    """New subscriptions are paid on the house's account again. Raises ``Refused`` while some run on the network's."""
    if not may_set_payment_key(acting):
        raise Forbidden(_("Only an administrator of the network may say where it is paid."))
    _done(db.session.scalar(sa.text("SELECT drop_payment_key()")))
    _record("payment_key.removed", acting, now)
    db.session.commit()


def _done(answer: str | None) -> None:
    if answer == "used":
        raise Refused(
            _(
                "Subscriptions run on this account, and only its own key can look after them. Enter another key of the same "
                "account; what changes the account waits until they have ended."
            )
        )
    if answer == "connected":
        raise Refused(
            _("Those who run this site have connected another account for you. Ask them to take it off first.")
        )
    if answer:
        raise Refused(_("A colleague was faster. Look at how it stands now."))


def _record(verb: str, acting: Acting, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", acting.org_id),
        actor=(acting.person_id, acting.person_name),
    )


def read_event_of(network_id: int, content: bytes, signature: str, now: datetime) -> gateway.Told:
    """An event of this network's own account. Raises ``gateway.Forged``, and ``gateway.Unreachable`` where its secret cannot be
    opened: Stripe sends it again.
    """
    found = db.session.execute(sa.text("SELECT * FROM payment_hook(:network)"), {"network": network_id}).first()
    if found is None:
        raise gateway.Forged("this network has no key")
    try:
        secret = sealing.unseal(sealing.ring(), network_id, sealing.HOOK, found.sealed_hook)
    except sealing.KeyAway as away:
        raise gateway.Unreachable(str(away)) from None
    told = gateway.read_event(content, signature, secret, found.stripe_account)
    db.session.execute(sa.text("SELECT hear_payment_hook(:network, :now)"), {"network": network_id, "now": now})
    return told
