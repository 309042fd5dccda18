"""The hosted pages: checkout, an invoice, the billing portal. What is typed of a card is not kept."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from dev.stripe.api import Turn
from dev.stripe.buying import buyer, complete, preview
from dev.stripe.collecting import collect
from dev.stripe.deliveries import Courier
from dev.stripe.errors import ApiError
from dev.stripe.lifecycle import OVER
from dev.stripe.methods import attach, card, debit, default_of, keep
from dev.stripe.store import Books, Store, Thing
from dev.stripe.subscriptions import go_on, period_end, stop_at_end
from dev.stripe.taxes import located

Page = str | AnyResponse | tuple[str, int]


def create_hosted(store: Store, courier: Courier) -> Blueprint:
    """Pages whose addresses are in sessions and invoices."""
    hosted = Blueprint("hosted", __name__)

    def thing_or_404(account: str, kind: str, key: str) -> tuple[Books, Thing]:
        books = store.books(account)
        thing = books.find(key)
        if thing is None or thing["object"] != kind:
            abort(404)
        g.locale = thing.get("locale")
        return books, thing

    @hosted.get("/c/<account>/<key>")
    def checkout(account: str, key: str) -> Page:
        with Turn(store, courier):
            books, session = thing_or_404(account, "checkout.session", key)
            return _checkout_page(books, session)

    @hosted.post("/c/<account>/<key>/payment")
    def pay(account: str, key: str) -> Page:
        given = request.form.to_dict()
        with Turn(store, courier):
            books, session = thing_or_404(account, "checkout.session", key)
            if session["status"] != "open":
                return _checkout_page(books, session)
            try:
                kept = _means(books, given)
                customer = buyer(books, session, given)
                with books.changing(session):
                    session["customer"] = customer["id"]
                amount = _amount(books, session, customer)
                if given.get("shown", str(amount)) != str(amount):
                    # Nobody pays another amount than the one that stood on the button.
                    return _checkout_page(books, session, given, "With VAT, this is the amount to pay."), 422
                method = keep(books, kept, customer=customer, name=given.get("name"), email=given.get("email"))
                attach(books, method["id"], customer)
                if kept["behaviour"] == "asks":
                    with books.changing(session):
                        session["_asked"] = method["id"]
                    return render_template("question.html", session=session, amount=amount)
                complete(books, session, customer, method)
            except ApiError as refused:
                return _checkout_page(books, session, given, str(refused)), 422
            return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), 303)

    @hosted.post("/c/<account>/<key>/answer")
    def answer(account: str, key: str) -> Page:
        with Turn(store, courier):
            books, session = thing_or_404(account, "checkout.session", key)
            method = books.find(session.get("_asked"))
            if session["status"] != "open" or method is None:
                return _checkout_page(books, session)
            customer = books.get("customer", session["customer"])
            if request.form.get("answer") != "yes":
                said = "The bank did not confirm the payment. You can try again or take another card."
                return _checkout_page(books, session, {}, said), 422
            complete(books, session, customer, method, confirmed=True)
            return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), 303)

    @hosted.get("/i/<account>/<key>/<secret>")
    def invoice(account: str, key: str, secret: str) -> Page:
        with Turn(store, courier):
            books, found = invoice_or_404(account, key, secret)
            return _invoice_page(books, found)

    @hosted.post("/i/<account>/<key>/<secret>/payment")
    def pay_invoice(account: str, key: str, secret: str) -> Page:
        given = request.form.to_dict()
        with Turn(store, courier):
            books, found = invoice_or_404(account, key, secret)
            customer = books.get("customer", found["customer"])
            if found["status"] in ("open", "uncollectible"):
                try:
                    method = keep(books, _means(books, given), customer=customer)
                    attach(books, method["id"], customer)
                    # Whoever types the number here is there to answer the bank.
                    if collect(books, found, method, confirmed=True) == "failed":
                        raise ApiError("Your card was declined.")
                except ApiError as refused:
                    return _invoice_page(books, found, given, str(refused)), 422
        return redirect(url_for(".invoice", account=account, key=key, secret=secret), 303)

    @hosted.get("/i/<account>/<key>/<secret>/pdf")
    def invoice_pdf(account: str, key: str, secret: str) -> Response:
        from weasyprint import HTML

        with Turn(store, courier):
            _books, found = invoice_or_404(account, key, secret)
            page = render_template("paper.html", invoice=found)
        response = Response(HTML(string=page).write_pdf(), mimetype="application/pdf")
        response.headers["Content-Disposition"] = f'inline; filename="{found["number"]}.pdf"'
        return response

    def invoice_or_404(account: str, key: str, secret: str) -> tuple[Books, Thing]:
        books, found = thing_or_404(account, "invoice", key)
        if found.get("_secret") != secret:
            abort(404)
        return books, found

    @hosted.get("/p/<account>/<key>")
    def portal(account: str, key: str) -> Page:
        with Turn(store, courier):
            books, session = thing_or_404(account, "billing_portal.session", key)
            return _portal_page(books, session)

    @hosted.post("/p/<account>/<key>/method")
    def change_method(account: str, key: str) -> Page:
        given = request.form.to_dict()
        with Turn(store, courier):
            books, session = thing_or_404(account, "billing_portal.session", key)
            customer = books.get("customer", session["customer"])
            try:
                method = keep(books, _means(books, given), customer=customer)
                attach(books, method["id"], customer)
            except ApiError as refused:
                return _portal_page(books, session, given, str(refused)), 422
            with books.changing(customer, "customer.updated"):
                customer["invoice_settings"] = {**customer["invoice_settings"], "default_payment_method": method["id"]}
            for subscription in _running(books, customer):
                if subscription["default_payment_method"]:
                    with books.changing(subscription, "customer.subscription.updated"):
                        subscription["default_payment_method"] = method["id"]
        return redirect(url_for(".portal", account=account, key=key), 303)

    @hosted.post("/p/<account>/<key>/<subscription>/<deed>")
    def decide(account: str, key: str, subscription: str, deed: str) -> Page:
        with Turn(store, courier):
            books, session = thing_or_404(account, "billing_portal.session", key)
            customer = books.get("customer", session["customer"])
            for one in _running(books, customer):
                if one["id"] == subscription and deed in ("end", "continuation"):
                    (stop_at_end if deed == "end" else go_on)(books, one)
                    return redirect(url_for(".portal", account=account, key=key), 303)
        abort(404)

    return hosted


def _means(books: Books, given: dict[str, str]) -> Thing:
    if given.get("means") == "sepa_debit":
        return debit(given.get("iban", ""))
    now = datetime.fromtimestamp(books.now(), UTC)
    month, _, year = given.get("expires", "").replace(" ", "").partition("/")
    if not (month.isdigit() and year.isdigit()):
        raise ApiError("Your card has expired.")
    full_year = int(year) + (2000 if int(year) < 100 else 0)
    return card(given.get("number", ""), int(month), full_year, now_year=now.year, now_month=now.month)


def _amount(books: Books, session: Thing, customer: Thing | None) -> int:
    if session["automatic_tax"]["enabled"] and (customer is None or not located(customer)):
        return int(session["amount_total"])
    return int(preview(books, session, customer)["amount_due"]) if customer else int(session["amount_total"])


def _checkout_page(books: Books, session: Thing, given: dict[str, Any] | None = None, trouble: str = "") -> str:
    customer = books.find(session["customer"])
    there = {"name": (customer or {}).get("name"), "email": (customer or {}).get("email") or session["customer_email"]}
    there |= (customer or {}).get("address") or {}
    asks_address = session["status"] == "open" and (
        session["_update"].get("address") == "auto"
        or customer is None
        or session["billing_address_collection"] == "required"
    )
    return render_template(
        "checkout.html",
        session=session,
        amount=_amount(books, session, customer),
        customer=customer,
        asks_address=asks_address,
        given={**{name: value or "" for name, value in there.items()}, **(given or {})},
        trouble=trouble,
    )


def _invoice_page(books: Books, invoice: Thing, given: dict[str, Any] | None = None, trouble: str = "") -> str:
    processing = any(
        books.get("payment_intent", one["payment"]["payment_intent"])["status"] == "processing"
        for one in books.all("invoice_payment", invoice=invoice["id"])
    )
    return render_template("invoice.html", invoice=invoice, processing=processing, given=given or {}, trouble=trouble)


def _portal_page(books: Books, session: Thing, given: dict[str, Any] | None = None, trouble: str = "") -> str:
    customer = books.get("customer", session["customer"])
    running = _running(books, customer)
    method = default_of(books, customer, running[0] if running else None)
    return render_template(
        "portal.html",
        session=session,
        customer=customer,
        subscriptions=[(one, books.get("product", one["items"]["data"][0]["price"]["product"])) for one in running],
        period_end=period_end,
        invoices=[one for one in books.all("invoice", customer=customer["id"]) if one["number"]][::-1],
        method=method,
        given=given or {},
        trouble=trouble,
    )


def _running(books: Books, customer: Thing) -> list[Thing]:
    return [one for one in books.all("subscription", customer=customer["id"]) if one["status"] not in OVER]
