"""Switches for tests and the demo: faults of delivery, time that passes, debits that settle."""

from flask import Blueprint, Response, jsonify, request

from dev.stripe.accounts import drop_key, make_key, set_endpoint
from dev.stripe.api import Turn
from dev.stripe.clocks import pass_time, settle
from dev.stripe.deliveries import Courier
from dev.stripe.store import PLATFORM, Store


def create_control(store: Store, courier: Courier) -> Blueprint:
    """Everything under /_control; answers are JSON."""
    control = Blueprint("control", __name__, url_prefix="/_control")

    @control.post("/faults")
    def faults() -> Response:
        """lose, duplicate, hold: so many of the next events; down: so many of the next API calls (-1: until told)."""
        for name in ("lose", "duplicate", "hold", "down"):
            if name in request.form:
                setattr(courier.faults, name, int(request.form[name]))
        return jsonify(vars(courier.faults))

    @control.post("/webhook")
    def webhook() -> Response:
        """address, secret: where events go from now on."""
        courier.address = request.form.get("address", courier.address)
        courier.secret = request.form.get("secret", courier.secret)
        return jsonify(address=courier.address)

    @control.get("/wait")
    def wait() -> tuple[Response, int]:
        """Answer once nothing is under way (200), or after `seconds` (504)."""
        done = courier.wait(float(request.args.get("seconds", 5)))
        return jsonify(done=done), 200 if done else 504

    @control.post("/hurry")
    def hurry() -> Response:
        """Deliver now what waits for its next try, and what is held."""
        courier.hurry()
        return jsonify({})

    @control.post("/events/<event>/delivery")
    def again(event: str) -> tuple[Response, int]:
        """Send an event again, also one that was lost."""
        for books in store.accounts():
            if books.find(event):
                courier.again(books.account, event)
                return jsonify({}), 202
        return jsonify(error="There is no such event."), 404

    @control.get("/deliveries")
    def deliveries() -> Response:
        """Events with the state of their delivery, oldest first."""
        with store.lock:
            return jsonify(
                [
                    {
                        "account": books.account,
                        "event": one["event"],
                        "type": books.get("event", one["event"])["type"],
                        **{name: one[name] for name in ("state", "tries", "answer")},
                    }
                    for books in store.accounts()
                    for one in books.all("_delivery")
                ]
            )

    @control.post("/advance")
    def advance() -> Response:
        """Let `seconds` pass for everything that has no test clock, or all until the moment `to`."""
        with Turn(store, courier):
            now = store.books(PLATFORM).now()
            seconds = int(request.form.get("seconds") or int(request.form["to"]) - now)
            store.shift(max(seconds, 0))
            for books in store.accounts():
                pass_time(books, books.now())
        return jsonify(now=now + seconds)

    @control.post("/settlement")
    def settlement() -> Response:
        """Let the banks answer every debit that is being processed."""
        with Turn(store, courier):
            intents = [
                (books, one) for books in store.accounts() for one in books.all("payment_intent", status="processing")
            ]
            for books, intent in intents:
                settle(books, intent)
        return jsonify(settled=len(intents))

    @control.post("/key")
    def key() -> Response:
        """A restricted key of `account` (or of a new one), which may not use what `lacks` names; `drop`: delete that one.

        `address`: where that account's own events go.
        """
        with Turn(store, courier):
            if dropped := request.form.get("drop"):
                drop_key(store, dropped)
                return jsonify({})
            made = make_key(store, request.form.get("account", ""), request.form.get("lacks", "").split())
            address = request.form.get("address", "")
            endpoint = set_endpoint(store, made["account"], address) if address else {"secret": ""}
        return jsonify(account=made["account"], key=made["key"], secret=endpoint["secret"])

    @control.post("/clear")
    def clear() -> Response:
        """Forget everything, faults too."""
        with store.lock:
            courier.forget()
            store.clear()
        return jsonify({})

    return control
