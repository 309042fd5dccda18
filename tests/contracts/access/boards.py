"""Board tracks and what is paid for them. Bridge offers one; Acme subscribes, Globex could. Abe administers Acme, Ann and Gil
are HR partners.
"""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row, nothing
from tests.contracts.track_scene import SUBSCRIPTION, TRACK

ACME, GLOBEX = ("mia", "ann", "abe", "pam"), ("max", "gil", "gus")


def track(scene: Any) -> dict[str, Any]:
    del scene
    return {"track_id": TRACK}


def no_seat(scene: Any) -> dict[str, Any]:
    return track(scene) | {"seat_id": 1}


def public(scene: Any) -> dict[str, Any]:
    del scene
    return {"network": "bridge", "slug": "ready"}


def network(scene: Any) -> dict[str, Any]:
    return {"network_id": scene.cast.ned.org_id}


def subscription(scene: Any) -> dict[str, Any]:
    del scene
    return {"subscription_id": SUBSCRIPTION}


def for_the_network(endpoint: str, url: Any) -> list[Row]:
    return [
        Row("GET", endpoint, "acme", dict.fromkeys(ACME, 200), url=url),
        Row("GET", endpoint, "globex", dict.fromkeys(GLOBEX, 200), url=url),
        Row("GET", endpoint, "bridge", {"ned": 200, "pam": 200}, url=url),
    ]


def runner(method: str, endpoint: str, status: int, url: Any = track) -> list[Row]:
    return [Row(method, endpoint, "bridge", {"ned": status}, url=url), Row(method, endpoint, "acme", {}, url=url)]


def payer(method: str, endpoint: str, status: int, ann: int = 403) -> list[Row]:
    return [
        Row(method, endpoint, "acme", {"abe": status, "ann": ann}, url=subscription),
        Row(method, endpoint, "globex", {}, url=subscription),
        Row(method, endpoint, "bridge", {}, url=subscription),
    ]


ROWS = [
    *for_the_network("tracks.index", nothing),
    *for_the_network("tracks.show", track),
    Row("GET", "tracks.show", "harbour", {}, url=track),
    Row("GET", "public_tracks.anybody", None, others=200, anonymous=200, url=public),
    *runner("GET", "tracks.new", 200, nothing),
    *runner("POST", "tracks.add", 422, nothing),
    *runner("GET", "tracks.edit", 200),
    *runner("POST", "tracks.save", 422),
    *runner("POST", "tracks.open_it", 303),
    *runner("POST", "tracks.close", 303),
    Row("GET", "tracks.nomination", "acme", {"ann": 200, "abe": 200}, url=track),
    Row("GET", "tracks.nomination", "globex", {"gil": 409}, url=track),
    Row("POST", "tracks.nominate", "acme", {"ann": 422, "abe": 422}, url=track),
    Row("POST", "tracks.nominate", "globex", {"gil": 409}, url=track),
    Row("POST", "tracks.give_back", "acme", {"ann": 409, "abe": 409}, url=no_seat),
    Row("POST", "tracks.give_back", "globex", {"gil": 409}, url=no_seat),
    Row("GET", "billing.index", "acme", {"ann": 200, "abe": 200}),
    Row("GET", "billing.index", "bridge"),
    # Acme has one; nobody administers Globex; payment is not set up here.
    Row("GET", "billing.new", "acme", {"abe": 303, "ann": 403}, url=track),
    Row("GET", "billing.new", "globex", {"gil": 403}, url=track),
    Row("POST", "billing.add", "acme", {"abe": 409, "ann": 403}, url=track),
    Row("POST", "billing.add", "bridge", url=track),
    *payer("GET", "billing.show", 200, 200),
    *payer("GET", "billing.seats", 200),
    *payer("POST", "billing.change_seats", 422),
    *payer("GET", "billing.cancelling", 200),
    *payer("GET", "billing.details", 200),
    *payer("POST", "billing.change_details", 422),
    # The payment service is away, and what was asked for is kept.
    *payer("POST", "billing.cancel", 303),
    *payer("POST", "billing.reactivate", 409),
    *payer("POST", "billing.abandon", 409),
    *payer("GET", "billing.portal", 409),
    # Whoever calls: without Stripe's signature it is refused.
    Row("POST", "stripe_events.take", None, others=400, anonymous=400),
    Row("POST", "stripe_events.take_of_network", None, others=400, anonymous=400, url=network),
    # Only where a network is paid is said here; the rest is for a sign-in a moment ago.
    *runner("GET", "network_payments.show", 200, nothing),
    *runner("GET", "network_payments.ask", 303, nothing),
    *runner("POST", "network_payments.set_key", 303, nothing),
    *runner("GET", "network_payments.ask_removal", 303, nothing),
    *runner("POST", "network_payments.remove_key", 303, nothing),
]
