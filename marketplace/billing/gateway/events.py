"""What Stripe tells: events that come signed, and those that it still has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import stripe
from flask import current_app

from marketplace.billing.gateway.calls import api, asked
from marketplace.billing.gateway.values import Forged, Till, Told

TOLERANCE = 300
"""Seconds between the signature of a webhook and its arrival, at most."""


def house_secret() -> str:
    """What the house's own events are signed with; nothing where no payment is set up."""
    return str(current_app.config.get("STRIPE_WEBHOOK_SECRET") or "")


def read_event(content: bytes, signature: str, secret: str, account: str = "") -> Told:
    """An event that was signed with ``secret``; whose events those are (``account``), the event itself does not decide.

    Raises ``Forged`` unless it was signed so within the last five minutes.
    """
    if not secret:
        raise Forged("there is nothing to compare with")
    try:
        event = stripe.Webhook.construct_event(content, signature, secret, TOLERANCE, api_key="unused")
    except (stripe.SignatureVerificationError, ValueError, KeyError, AttributeError) as error:
        raise Forged(str(error)) from error
    return _told(event, account)


def events_since(till: Till, since: datetime) -> Iterator[Told]:
    """Those that Stripe still has (thirty days), the newest first."""
    params: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    while True:
        page = asked(api(till).events.list, till=till, **params)
        for event in page.data:
            yield _told(event, till.account)
        if not page.has_more or not page.data:
            return
        params["starting_after"] = page.data[-1].id


def _told(event: Any, account: str) -> Told:
    about: Mapping[str, Any] = event.data.object.to_dict()
    customer = about.get("id") if about.get("object") == "customer" else about.get("customer")
    if isinstance(customer, Mapping):
        customer = customer.get("id")
    return Told(
        id=event.id,
        kind=event.type,
        account=account or event.to_dict().get("account") or "",
        object_id=str(about.get("id") or ""),
        customer=str(customer or ""),
        created_at=datetime.fromtimestamp(event.created, UTC),
    )
