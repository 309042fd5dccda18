"""What the product asks of Stripe, word for word: of what stands in for it and, with a key, of Stripe itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from marketplace.billing import gateway
from marketplace.billing.gateway import HOUSE, Article, Buyer, Till
from tests.dev.stripe import scene
from tests.dev.stripe.conftest import Service, StandIn

ACME = Buyer("Acme SA", "invoices@acme.example", "1 rue de la Gare", "69002", "Lyon", "FR", "PO-77", "1-7", "fr")


@pytest.fixture
def house(service: Service) -> Iterator[Flask]:
    """A process of the product that has the service's key, and nothing else."""
    app = Flask("payments")
    app.config |= {"STRIPE_SECRET_KEY": service.key, "STRIPE_API_BASE": service.home}
    with app.app_context():
        yield app


def test_everything_that_the_product_asks(service: Service, house: Flask) -> None:
    began, word = datetime.now(UTC) - timedelta(minutes=5), scene.new_key("gateway")
    customer = gateway.make_customer(HOUSE, ACME, word)
    assert gateway.make_customer(HOUSE, ACME, word) == customer
    kept = service.client.v1.customers.retrieve(customer)
    assert (kept.name, kept.preferred_locales) == ("Acme SA", ["fr"])
    assert kept.invoice_settings and kept.invoice_settings.custom_fields
    assert [(one.name, one.value) for one in kept.invoice_settings.custom_fields] == [("Bon de commande", "PO-77")]

    def numbers() -> list[str]:
        return [one.value for one in service.client.v1.customers.tax_ids.list(customer).data]

    assert gateway.set_vat_number(HOUSE, customer, "eu_vat", "FR12345678901", f"{word}-a") in {"pending", "verified"}
    assert gateway.set_vat_number(HOUSE, customer, "eu_vat", "FR12345678901", f"{word}-b") in {"pending", "verified"}
    assert gateway.set_vat_number(HOUSE, customer, "eu_vat", "DE123456789", f"{word}-c") in {"pending", "verified"}
    assert numbers() == ["DE123456789"]
    assert gateway.vat_state(HOUSE, customer) in {"pending", "verified", "unverified", "unavailable"}
    assert gateway.set_vat_number(HOUSE, customer, "eu_vat", "FR123", f"{word}-d") == "refused"
    assert numbers() == [] and gateway.vat_state(HOUSE, customer) == ""

    price = gateway.price_of(HOUSE, Article(word, "Board track", 240_000, "eur"))
    assert gateway.price_of(HOUSE, Article(word, "Board track", 240_000, "eur")) == price
    made = gateway.start_by_invoice(HOUSE, customer, price, 2, 30, f"{word}-start")
    assert (made.status, made.quantity, made.by_invoice, made.customer) == ("active", 2, True, customer)
    now = datetime.now(UTC)
    shown = gateway.preview(HOUSE, customer, made.id, made.item, 3, now)
    assert 0 < shown.now <= 240_000 and shown.currency == "eur"
    assert gateway.set_quantity(HOUSE, made.id, made.item, 3, now, f"{word}-seats").quantity == 3
    assert gateway.set_cancelling(HOUSE, made.id, True, f"{word}-end").cancel_at_period_end
    assert not gateway.set_cancelling(HOUSE, made.id, False, f"{word}-on").cancel_at_period_end
    found = gateway.latest_of_customer(HOUSE, customer)
    assert found == gateway.subscription(HOUSE, made.id) and found is not None and found.quantity == 3
    service.client.v1.invoices.send_invoice(str(service.client.v1.subscriptions.retrieve(made.id).latest_invoice))
    assert [(one.status, one.debit) for one in gateway.invoices(HOUSE, made.id)] == [("open", False)]

    gateway.change_customer(HOUSE, customer, ACME, f"{word}-same")
    page = gateway.open_checkout(
        HOUSE,
        customer,
        price,
        1,
        success_url="https://passerelle.example/paid",
        cancel_url="https://passerelle.example/back",
        locale="auto",
        key=f"{word}-page",
    )
    assert page.status == "open" and page.url and page.until > now
    gateway.expire_checkout(HOUSE, page.id)
    assert gateway.checkout(HOUSE, page.id).status == "expired"
    with pytest.raises(gateway.Declined):
        gateway.expire_checkout(HOUSE, page.id)
    with pytest.raises(gateway.Declined):
        gateway.subscription(HOUSE, "sub_of_nobody")
    assert customer in {told.customer for told in gateway.events_since(HOUSE, began)}
    assert gateway.account_of_key(service.key).startswith("acct_")
    with pytest.raises(gateway.WrongKey, match=r"^$"):
        gateway.account_of_key("rk_test_0123456789abcdef")
    with pytest.raises(gateway.KeyRefused):
        gateway.subscription(Till("acct_of_theirs", "rk_test_0123456789abcdef"), made.id)
    service.client.v1.customers.delete(customer)


def test_a_restricted_key_is_its_accounts_and_no_others(standin: StandIn) -> None:
    """Only here: Stripe makes restricted keys by hand."""
    app = Flask("payments")
    app.config |= {"STRIPE_SECRET_KEY": standin.key, "STRIPE_API_BASE": standin.home}
    given = standin.control("key")
    poor = standin.control("key", account=given["account"], lacks="account customers")
    with app.app_context():
        theirs = Till(given["account"], given["key"])
        assert gateway.account_of_key(given["key"]) == given["account"]
        customer = gateway.make_customer(theirs, ACME, "theirs")
        assert [told.account for told in gateway.events_since(theirs, datetime(2020, 1, 1, tzinfo=UTC))] == [
            given["account"]
        ]
        with pytest.raises(gateway.Declined):
            gateway.change_customer(HOUSE, customer, ACME, "not theirs")
        assert gateway.latest_of_customer(Till(given["account"]), customer) is None
        with pytest.raises(gateway.WrongKey, match=r"^Accounts, Customers$"):
            gateway.account_of_key(poor["key"])
