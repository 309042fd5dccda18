"""The hosted pages: what one pays, with a card or by debit, and where one lands."""

import re
import time
from typing import Any

import pytest

from tests.dev.stripe import scene
from tests.dev.stripe.conftest import StandIn
from tests.dev.stripe.scene import SEAT

OK = "http://127.0.0.1:1/subscribed?session={CHECKOUT_SESSION_ID}"
CARD = {"means": "card", "number": "4242 4242 4242 4242", "expires": "12/40", "code": "123"}
DEBIT = {"means": "sepa_debit", "iban": "FR14 2004 1010 0505 0001 3M02 606"}


def session(standin: StandIn, **given: Any) -> Any:
    """A checkout of two seats for a new customer, or for the one that is given."""
    if "customer" not in given:
        given["customer"] = standin.v1.customers.create(
            {"name": "Acme", "email": "billing@acme.example", "address": {"country": "FR"}}
        ).id
    wanted = {
        "mode": "subscription",
        "line_items": [{"price": scene.price(standin), "quantity": 2}],
        "success_url": OK,
        "cancel_url": "http://127.0.0.1:1/tracks",
        "client_reference_id": "wish-7",
        "subscription_data": {"metadata": {"wish": "7"}},
        **given,
    }
    return standin.v1.checkout.sessions.create({name: value for name, value in wanted.items() if value is not None})


def test_by_card_one_pays_and_lands_where_the_product_said(standin: StandIn) -> None:
    opened = session(standin, automatic_tax={"enabled": True})
    assert (opened.payment_status, opened.amount_total) == ("unpaid", 2 * SEAT * 120 // 100)
    status, page, _ = standin.page(opened.url)
    assert (status, "Board track" in page, "€11,760.00" in page) == (200, True, True)
    assert "Back" in page
    standin.heard()
    status, _, where = standin.page(f"{opened.url}/payment", CARD)
    assert (status, where) == (303, OK.replace("{CHECKOUT_SESSION_ID}", opened.id))
    done = standin.v1.checkout.sessions.retrieve(opened.id, {"expand": ["subscription", "invoice", "line_items"]})
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert (done.subscription.status, done.subscription.metadata["wish"]) == ("active", "7")
    assert (done.invoice.amount_paid, done.total_details.amount_tax) == (2 * SEAT * 120 // 100, 2 * SEAT * 20 // 100)
    kept = standin.v1.payment_methods.retrieve(done.subscription.default_payment_method)
    assert (kept.card.brand, kept.card.last4) == ("visa", "4242")
    assert standin.heard()[-1] == "checkout.session.completed"
    assert "has done its work" in standin.page(f"{opened.url}")[1]


def test_a_card_that_is_refused_can_be_followed_by_another(standin: StandIn) -> None:
    opened = session(standin)
    status, page, _ = standin.page(f"{opened.url}/payment", {**CARD, "number": "4000000000000002"})
    assert (status, "Your card was declined." in page, "12/40" in page) == (422, True, True)
    for wrong, said in (({"number": "4242424242424241"}, "incorrect"), ({"expires": "01/20"}, "expired")):
        assert said in standin.page(f"{opened.url}/payment", {**CARD, **wrong})[1]
    assert standin.v1.subscriptions.list({"customer": opened.customer}).data == []
    assert standin.page(f"{opened.url}/payment", CARD)[0] == 303
    assert len(standin.v1.subscriptions.list({"customer": opened.customer}).data) == 1


def test_a_bank_may_ask(standin: StandIn) -> None:
    opened = session(standin)
    asking = {**CARD, "number": "4000000000003220"}
    status, page, _ = standin.page(f"{opened.url}/payment", asking)
    assert (status, "is it you who pays €9,800.00?" in page) == (200, True)
    assert standin.page(f"{opened.url}/answer", {"answer": "no"})[0] == 422
    assert standin.v1.checkout.sessions.retrieve(opened.id).status == "open"
    standin.page(f"{opened.url}/payment", asking)
    assert standin.page(f"{opened.url}/answer", {"answer": "yes"})[0] == 303
    assert standin.v1.checkout.sessions.retrieve(opened.id).payment_status == "paid"


@pytest.mark.parametrize("comes", [True, False])
def test_a_debit_takes_its_days(standin: StandIn, comes: bool) -> None:
    opened = session(standin)
    iban = DEBIT["iban"] if comes else "FR8420041010050500013M02607"
    assert standin.page(f"{opened.url}/payment", {**DEBIT, "iban": iban})[0] == 303
    begun = standin.v1.checkout.sessions.retrieve(opened.id, {"expand": ["subscription", "invoice"]})
    assert (begun.status, begun.payment_status) == ("complete", "unpaid")
    assert (begun.subscription.status, begun.invoice.status) == ("active", "open")
    assert "payment_intent.processing" in standin.heard()
    if comes:
        standin.control("advance", seconds=6 * 86400)
    else:
        assert standin.control("settlement") == {"settled": 1}
    over = standin.v1.checkout.sessions.retrieve(opened.id, {"expand": ["subscription", "invoice"]})
    assert over.payment_status == ("paid" if comes else "unpaid")
    assert (over.subscription.status, over.invoice.status) == (("active", "paid") if comes else ("past_due", "open"))
    assert standin.heard()[-1] == f"checkout.session.async_payment_{'succeeded' if comes else 'failed'}"


def test_who_is_not_known_yet_says_who_they_are(standin: StandIn) -> None:
    """In French, with a VAT number of another country; one that is none is said, and what was typed stays."""
    product = standin.v1.products.create({"name": "Parcours"}).id
    described = {"currency": "eur", "product": product, "unit_amount": SEAT, "recurring": {"interval": "year"}}
    opened = standin.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "line_items": [{"price_data": described, "quantity": 1}],
            "success_url": OK,
            "locale": "fr",
            "automatic_tax": {"enabled": True},
            "tax_id_collection": {"enabled": True},
        }
    )
    page = standin.page(opened.url)[1]
    assert "S’abonner et payer 4\u202f900,00\xa0€" in page
    who = {
        "name": "Globex",
        "email": "b@globex.example",
        "line1": "x",
        "postal_code": "1",
        "city": "Bonn",
        "country": "DE",
    }
    status, page, _ = standin.page(f"{opened.url}/payment", {**CARD, **who, "vat": "DE12"})
    assert (status, "DE12" in page, "Ce numéro de TVA" in page) == (422, True, True)
    typed = {**CARD, **who, "vat": "DE123456789", "shown": str(SEAT)}
    assert standin.page(f"{opened.url}/payment", typed)[0] == 303
    done = standin.v1.checkout.sessions.retrieve(opened.id, {"expand": ["customer", "invoice"]})
    assert (done.customer.name, done.customer_details.tax_ids[0].value) == ("Globex", "DE123456789")
    assert done.invoice.total_taxes[0].taxability_reason == "reverse_charge"


def test_nobody_pays_another_amount_than_the_button_said(standin: StandIn) -> None:
    opened = session(standin, customer=None, automatic_tax={"enabled": True})
    who = {"name": "Acme", "email": "b@acme.example", "country": "FR", "shown": str(2 * SEAT)}
    status, page, _ = standin.page(f"{opened.url}/payment", {**CARD, **who})
    assert (status, "With VAT" in page, "Subscribe and pay €11,760.00" in page) == (422, True, True)
    assert standin.page(f"{opened.url}/payment", {**CARD, **who, "shown": str(2 * SEAT * 120 // 100)})[0] == 303


def test_a_checkout_that_nobody_pays_expires(standin: StandIn) -> None:
    opened = session(standin)
    standin.heard()
    standin.control("advance", seconds=86400 + 1)
    assert standin.v1.checkout.sessions.retrieve(opened.id).status == "expired"
    assert standin.heard() == ["checkout.session.expired"]
    assert standin.page(f"{opened.url}/payment", CARD)[0] == 200


def test_an_invoice_is_paid_on_its_page_and_has_a_paper(standin: StandIn) -> None:
    who = standin.v1.customers.create({"name": "Acme"}).id
    made = standin.v1.subscriptions.create(
        {
            "customer": who,
            "items": [{"price": scene.price(standin)}],
            "collection_method": "send_invoice",
            "days_until_due": 30,
        }
    )
    sent = standin.v1.invoices.send_invoice(made.latest_invoice)
    assert sent.due_date > time.time() + 29 * 86400
    assert standin.page(sent.invoice_pdf)[1].startswith("%PDF-1.7")
    assert "Pay €4,900.00" in standin.page(sent.hosted_invoice_url)[1]
    assert standin.page(re.sub(r"[^/]+$", "guessed", sent.hosted_invoice_url))[0] == 404
    assert standin.page(f"{sent.hosted_invoice_url}/payment", {**CARD, "number": "4000000000000341"})[0] == 422
    assert standin.page(f"{sent.hosted_invoice_url}/payment", CARD)[0] == 303
    assert "Paid on" in standin.page(sent.hosted_invoice_url)[1]
    assert standin.v1.invoices.retrieve(sent.id).status == "paid"


def test_in_the_portal_one_changes_the_card_and_ends_it(standin: StandIn) -> None:
    made = scene.subscription(standin)
    opened = standin.v1.billing_portal.sessions.create({"customer": made.customer, "return_url": "http://127.0.0.1:1/"})
    assert "Renews on 15 January 2028" in standin.page(opened.url)[1]
    master = {**CARD, "number": "5555555555554444"}
    assert standin.page(f"{opened.url}/method", master)[0] == 303
    assert "mastercard, ending in 4444" in standin.page(opened.url)[1]
    assert standin.page(f"{opened.url}/{made.id}/end", {})[0] == 303
    assert standin.v1.subscriptions.retrieve(made.id).cancel_at == scene.YEAR
    assert "Se termine" not in standin.page(opened.url, language="fr")[1]
    assert "Jusqu’au 15 janvier 2028" in standin.page(opened.url, language="fr")[1]
    assert standin.page(f"{opened.url}/{made.id}/continuation", {})[0] == 303
    assert standin.v1.subscriptions.retrieve(made.id).cancel_at is None


def test_the_list_of_events_shows_what_was_not_delivered(standin: StandIn) -> None:
    standin.control("faults", lose=1)
    standin.v1.customers.create({"name": "Acme"})
    page = standin.page(f"{standin.home}/")[1]
    assert "customer.created" in page
    assert "lost" in page
