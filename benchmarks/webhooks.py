"""What taking in Stripe's events costs: signed, each another, checked, kept once, their jobs queued; as a share of "hello"."""

from __future__ import annotations

import json
import time

import psycopg
import stripe

from benchmarks.figures import Figure
from benchmarks.servers import WEBHOOK_SECRET
from benchmarks.stage import Stage, share_of_hello
from tenants.walls import plain_address

SUBSCRIPTIONS = 200
SUBSCRIBED = """
    INSERT INTO subscription (org_id, id, track_org_id, track_id, seats, price_cents, currency, status, collection,
        cancel_at_period_end, legal_entity, vat_number, vat_state, address_line, postal_code, city, country, billing_email,
        purchase_order, stripe_account, stripe_customer, stripe_subscription, stripe_item, stripe_checkout, checkout_url,
        started_by_id, created_at, updated_at)
    SELECT o.id, n, o.id, n, 1, 100, 'eur', 'active', 'card', false, '', '', '', '', '', '', 'FR', '', '', '', 'cus_' || n,
        'sub_' || n, '', '', '', p.id, now(), now()
    FROM generate_series(0, %s) n, (SELECT min(id) AS id FROM organisation) o, (SELECT min(id) AS id FROM person) p
"""
EVENTS = 8
"""Times as many events in a round as forms: they are quicker."""


def webhook_share_of_hello(stage: Stage) -> Figure:
    """Events that are taken in per second (``per_second``; the bar of the house is 300), each of them new."""
    with psycopg.connect(plain_address(stage.address)) as connection:
        # Subscriptions without a track: nobody looks at them, an event only has to find whose it is.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(SUBSCRIBED, (SUBSCRIPTIONS - 1,))
    size = stage.effort.posts * EVENTS
    batches = [
        [_event(number) for number in range(at * size, (at + 1) * size)] for at in range(stage.effort.rounds + 1)
    ]
    figure = share_of_hello("webhook_share_of_hello", ">=0.13", stage, batches, timed=False)
    with psycopg.connect(plain_address(stage.address)) as connection:
        kept = connection.execute("SELECT count(*) FROM stripe_event WHERE id LIKE 'evt_bench_%'").fetchone()
    if kept is None or kept[0] != size * len(batches):
        raise RuntimeError(f"webhook_share_of_hello: {size * len(batches)} were sent, {kept} are kept.")
    return figure


def _event(number: int) -> bytes:
    """One event as Stripe would deliver it, signed now."""
    about = {
        "id": f"sub_{number}",
        "object": "subscription",
        "customer": f"cus_{number % SUBSCRIPTIONS}",
        "items": {"data": []},
    }
    body = json.dumps(
        {
            "id": f"evt_bench_{number}",
            "object": "event",
            "api_version": stripe.api_version,
            "created": int(time.time()),
            "type": "customer.subscription.updated",
            "data": {"object": about},
        }
    )
    signature = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
    return (
        "POST /stripe/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Stripe-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
