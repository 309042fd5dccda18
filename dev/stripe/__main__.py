"""python -m dev.stripe --port N [--state FILE.sqlite|memory] [--webhook URL --secret whsec_…] [--pause 1.0]"""

import argparse
import logging
import os
import signal
import sys
from types import FrameType

import stripe
from werkzeug.serving import make_server

from dev.stripe.deliveries import Courier
from dev.stripe.site import create_app
from dev.stripe.store import DRAFT_SECONDS, Store


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.stripe", description="A stand-in for Stripe's HTTP API.")
    parser.add_argument("--port", type=int, default=12111, help="0 for any free one; it is printed")
    parser.add_argument("--state", default="memory", help="an SQLite file, or “memory”")
    parser.add_argument("--webhook", default="", help="the address that events are sent to")
    secret = os.environ.get("STRIPE_WEBHOOK_SECRET") or "whsec_standin"
    parser.add_argument("--secret", default=secret, help="what they are signed with; STRIPE_WEBHOOK_SECRET too")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds before a delivery is tried again")
    parser.add_argument("--product", default="", help="address that the list of events leads back to")
    parser.add_argument(
        "--draft-seconds", type=int, default=DRAFT_SECONDS, help="how long an invoice is a draft; Stripe takes an hour"
    )
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, _leave)
    store = Store(options.state)
    store.version = stripe.api_version
    store.draft_seconds = options.draft_seconds
    courier = Courier(store, options.webhook, options.secret, pause=options.pause)
    app = create_app(store, courier, product=options.product)
    try:
        server = make_server("127.0.0.1", options.port, app, threaded=True)
    except OSError as taken:
        sys.exit(f"The stand-in cannot listen: {taken.strerror}. Choose another: --port.")
    store.home = f"http://127.0.0.1:{server.server_port}"
    courier.start()
    print(f"Payments are pretended at {store.home}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        courier.stop()


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
