"""The whole site: the API, the hosted pages, the list of events, the switches."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from dev.stripe.accounts import endpoint_of, make_key, set_endpoint
from dev.stripe.api import Turn, create_api
from dev.stripe.clocks import pass_time, settle
from dev.stripe.control import create_control
from dev.stripe.deliveries import Courier
from dev.stripe.hosted import create_hosted
from dev.stripe.store import PLATFORM, Store
from dev.stripe.words import date, language, money, say

# Card numbers are typed here: no script, and no form that leaves but to ourselves.
PAGE_POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"


def create_app(store: Store, courier: Courier, *, product: str = "") -> Flask:
    """The stand-in's site; `product` is where the list of events leads back to."""
    app = Flask(__name__)
    app.register_blueprint(create_api(store, courier))
    app.register_blueprint(create_control(store, courier))
    app.register_blueprint(create_hosted(store, courier))
    app.jinja_env.globals.update(say=say, money=money, date=date, language=language)

    @app.get("/")
    def index() -> str:
        with Turn(store, courier):
            rows = [
                {
                    **one,
                    "event": books.get("event", one["event"]),
                    "account": books.account if books.get("event", one["event"]).get("account") else "",
                }
                for books in store.accounts()
                for one in books.all("_delivery")
            ]
            open_debits = sum(len(books.all("payment_intent", status="processing")) for books in store.accounts())
            now = store.books(PLATFORM).now()
            keys = [
                {**one, "endpoint": endpoint_of(store, one["account"])} for one in store.books(PLATFORM).all("_key")
            ]
        rows.reverse()
        rows.sort(key=lambda row: -row["event"]["created"])
        return render_template(
            "events.html",
            keys=keys,
            rows=rows[:200],
            debits=open_debits,
            now=now,
            faults=courier.faults,
            product=product,
        )

    @app.post("/time")
    def let_time_pass() -> AnyResponse:
        with Turn(store, courier):
            store.shift(int(request.form["days"]) * 86400)
            for books in store.accounts():
                pass_time(books, books.now())
        return redirect(url_for("index"), 303)

    @app.post("/keys")
    def give_key() -> AnyResponse:
        with Turn(store, courier):
            made = make_key(store)
            set_endpoint(store, made["account"], request.form.get("address", "").strip())
        return redirect(url_for("index", _anchor="keys"), 303)

    @app.post("/settlement")
    def settle_debits() -> AnyResponse:
        with Turn(store, courier):
            for books in store.accounts():
                for intent in books.all("payment_intent", status="processing"):
                    settle(books, intent)
        return redirect(url_for("index"), 303)

    @app.post("/events/<account>/<event>/delivery")
    def send_again(account: str, event: str) -> AnyResponse:
        if store.books(account).find(event) is None:
            abort(404)
        courier.again(account, event)
        return redirect(url_for("index"), 303)

    @app.before_request
    def only_from_here() -> None:
        # A page elsewhere in the same browser must not press buttons here.
        origin = request.headers.get("Origin")
        if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
            abort(403)

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app
