"""A subscription's life: seats, renewals, invoices that are paid, late or never, tax."""

import pytest
import stripe

from tests.dev.stripe import scene
from tests.dev.stripe.conftest import Service, StandIn
from tests.dev.stripe.scene import DAY, SEAT, START, YEAR, item_of

HALF = START + (YEAR - START) // 2


def test_seats_are_added_for_what_the_preview_said(service: Service) -> None:
    made = scene.subscription(service, seats=3)
    assert (made.status, item_of(made).current_period_start, item_of(made).current_period_end) == (
        "active",
        START,
        YEAR,
    )
    first = service.v1.invoices.retrieve(made.latest_invoice)
    assert (first.status, first.billing_reason, first.amount_paid) == ("paid", "subscription_create", 3 * SEAT)
    service.advance(made.test_clock, HALF)
    change = {"items": [{"id": item_of(made).id, "quantity": 5}], "proration_behavior": "always_invoice"}
    shown = service.v1.invoices.create_preview(
        {"subscription": made.id, "subscription_details": {**change, "proration_date": HALF}}
    )
    assert [line.amount for line in shown.lines.data] == [-3 * SEAT // 2, 5 * SEAT // 2]
    assert shown.amount_due == SEAT
    assert item_of(service.v1.subscriptions.retrieve(made.id)).quantity == 3
    changed = service.v1.subscriptions.update(made.id, {**change, "proration_date": HALF, "expand": ["latest_invoice"]})
    assert item_of(changed).quantity == 5
    assert changed.latest_invoice.amount_paid == shown.amount_due
    assert changed.latest_invoice.billing_reason == "subscription_update"
    assert len(service.v1.invoices.list({"subscription": made.id}).data) == 2


def test_what_is_given_back_counts_at_the_renewal(service: Service) -> None:
    made = scene.subscription(service, seats=3)
    service.advance(made.test_clock, HALF)
    service.v1.subscriptions.update(
        made.id,
        {
            "items": [{"id": item_of(made).id, "quantity": 2}],
            "proration_behavior": "always_invoice",
            "proration_date": HALF,
        },
    )
    assert service.v1.customers.retrieve(made.customer).balance == -SEAT // 2
    service.advance(made.test_clock, YEAR + 2 * 3600)
    renewed = service.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (renewed.status, item_of(renewed).current_period_start) == ("active", YEAR)
    invoice = renewed.latest_invoice
    assert (invoice.billing_reason, invoice.total, invoice.amount_paid) == (
        "subscription_cycle",
        2 * SEAT,
        2 * SEAT - SEAT // 2,
    )
    assert service.v1.customers.retrieve(made.customer).balance == 0


def test_a_change_that_is_not_invoiced_waits_for_the_renewal(service: Service) -> None:
    made = scene.subscription(service, seats=1)
    service.advance(made.test_clock, HALF)
    service.v1.subscriptions.update(
        made.id, {"items": [{"id": item_of(made).id, "quantity": 2}], "proration_date": HALF}
    )
    assert service.v1.subscriptions.retrieve(made.id).latest_invoice == made.latest_invoice
    shown = service.v1.invoices.create_preview({"subscription": made.id})
    assert sorted(line.amount for line in shown.lines.data) == [-SEAT // 2, SEAT, 2 * SEAT]
    service.v1.subscriptions.update(
        made.id, {"items": [{"id": item_of(made).id, "quantity": 7}], "proration_behavior": "none"}
    )
    assert len(service.v1.invoice_items.list({"customer": made.customer, "pending": True}).data) == 2


def test_it_ends_with_the_period_unless_that_is_taken_back(service: Service) -> None:
    made = scene.subscription(service)
    ending = service.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    assert (ending.cancel_at, ending.cancellation_details.reason) == (YEAR, "cancellation_requested")
    back = service.v1.subscriptions.update(made.id, {"cancel_at_period_end": False})
    assert (back.cancel_at, back.canceled_at, back.status) == (None, None, "active")
    service.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    service.advance(made.test_clock, YEAR + DAY)
    over = service.v1.subscriptions.retrieve(made.id)
    assert (over.status, over.ended_at) == ("canceled", YEAR)
    assert len(service.v1.invoices.list({"subscription": made.id}).data) == 1
    assert service.v1.subscriptions.list({"customer": made.customer}).data == []
    assert [one.id for one in service.v1.subscriptions.list({"customer": made.customer, "status": "all"}).data] == [
        made.id
    ]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        service.v1.subscriptions.update(made.id, {"cancel_at_period_end": False})
    assert refused.value.code == "invalid_canceled_subscription_fields"


def test_by_invoice_a_firm_pays_when_it_is_due_or_later(service: Service) -> None:
    made = scene.subscription(
        service,
        card="",
        **scene.BY_INVOICE,
        invoice_settings={"custom_fields": [{"name": "Purchase order", "value": "PO-7"}]},
    )
    assert made.status == "active"
    draft = service.v1.invoices.retrieve(made.latest_invoice)
    assert (draft.status, draft.number, draft.hosted_invoice_url) == ("draft", None, None)
    sent = service.v1.invoices.send_invoice(draft.id)
    assert (sent.status, sent.amount_due, sent.due_date) == ("open", 3 * SEAT, START + 30 * DAY)
    assert sent.number.endswith("-0001")
    assert [(field.name, field.value) for field in sent.custom_fields] == [("Purchase order", "PO-7")]
    service.advance(made.test_clock, START + 31 * DAY)
    assert service.v1.subscriptions.retrieve(made.id).status == "past_due"
    paid = service.v1.invoices.pay(sent.id, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_remaining) == ("paid", 0)
    assert service.v1.subscriptions.retrieve(made.id).status == "active"


@pytest.mark.parametrize(("verb", "status"), [("void_invoice", "void"), ("mark_uncollectible", "uncollectible")])
def test_an_invoice_that_is_given_up_holds_nobody_back(standin: StandIn, verb: str, status: str) -> None:
    made = scene.subscription(standin, card="", **scene.BY_INVOICE)
    sent = standin.v1.invoices.send_invoice(made.latest_invoice)
    standin.advance(made.test_clock, START + 31 * DAY)
    assert getattr(standin.v1.invoices, verb)(sent.id).status == status
    assert standin.v1.subscriptions.retrieve(made.id).status == "active"
    with pytest.raises(stripe.InvalidRequestError):
        standin.v1.invoices.finalize_invoice(sent.id)


def test_an_invoice_that_nobody_sends_goes_out_after_an_hour(service: Service) -> None:
    made = scene.subscription(service, card="", **scene.BY_INVOICE)
    service.advance(made.test_clock, START + 2 * 3600)
    assert service.v1.invoices.retrieve(made.latest_invoice).status == "open"


def test_a_card_that_fails_at_the_renewal_is_tried_four_times(standin: StandIn) -> None:
    """As the account is set up here; how often and what then is a setting of one's account at Stripe."""
    made = scene.subscription(standin)
    bad = standin.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": made.customer})
    standin.v1.customers.update(made.customer, {"invoice_settings": {"default_payment_method": bad.id}})
    standin.heard()
    standin.advance(made.test_clock, YEAR + 2 * 3600)
    late = standin.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (late.status, late.latest_invoice.status, late.latest_invoice.attempt_count) == ("past_due", "open", 1)
    assert "invoice.payment_failed" in standin.heard()
    with pytest.raises(stripe.CardError) as refused:
        standin.v1.invoices.pay(late.latest_invoice.id)
    assert refused.value.code == "card_declined"
    good = standin.v1.payment_methods.attach("pm_card_visa", {"customer": made.customer})
    standin.v1.invoices.pay(late.latest_invoice.id, {"payment_method": good.id})
    assert standin.v1.subscriptions.retrieve(made.id).status == "active"
    standin.heard()
    standin.advance(made.test_clock, YEAR + 366 * DAY + 20 * DAY)
    over = standin.v1.subscriptions.retrieve(made.id)
    assert (over.status, over.cancellation_details.reason) == ("canceled", "payment_failed")
    types = standin.heard()
    assert types.count("invoice.payment_failed") == 4
    assert types[-2:] == ["customer.subscription.deleted", "test_helpers.test_clock.ready"]


def test_a_first_payment_that_fails_leaves_it_incomplete_for_a_day(service: Service) -> None:
    who = scene.customer(service, "pm_card_chargeCustomerFail")
    wanted = {"customer": who.id, "items": [{"price": scene.price(service)}]}
    with pytest.raises(stripe.CardError):
        service.v1.subscriptions.create({**wanted, "payment_behavior": "error_if_incomplete"})
    made = service.v1.subscriptions.create(wanted)
    assert made.status == "incomplete"
    service.advance(made.test_clock, START + DAY)
    over = service.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (over.status, over.latest_invoice.status) == ("incomplete_expired", "void")
    with pytest.raises(stripe.InvalidRequestError, match="Missing email"):
        service.v1.subscriptions.create(
            {**wanted, "customer": scene.customer(service, "", email=None).id, **scene.BY_INVOICE}
        )
    with pytest.raises(stripe.InvalidRequestError) as nobody_pays:
        service.v1.subscriptions.create({**wanted, "customer": scene.customer(service, "").id})
    assert nobody_pays.value.code == "resource_missing"


@pytest.mark.parametrize(
    ("country", "number", "tax", "reason"),
    [
        ("FR", "FR12345678901", 98_000, "standard_rated"),
        ("DE", "DE123456789", 0, "reverse_charge"),
        ("DE", "", 98_000, "standard_rated"),
        ("DE", "DE111111111", 98_000, "standard_rated"),
        ("CH", "", 0, "not_collecting"),
    ],
)
def test_tax_is_as_simple_as_is_said(standin: StandIn, country: str, number: str, tax: int, reason: str) -> None:
    who = scene.customer(standin, address={"country": country})
    if number:
        given = standin.v1.customers.tax_ids.create(who.id, {"type": "eu_vat", "value": number})
        assert given.verification.status == "pending"
        known = standin.v1.customers.tax_ids.retrieve(who.id, given.id)
        assert known.verification.status == ("unverified" if "1111" in number else "verified")
    made = standin.v1.subscriptions.create(
        {
            "customer": who.id,
            "items": [{"price": scene.price(standin)}],
            "automatic_tax": {"enabled": True},
            "expand": ["latest_invoice"],
        }
    )
    (total,) = made.latest_invoice.total_taxes
    assert (total.amount, total.taxability_reason) == (tax, reason)
    assert made.latest_invoice.total == SEAT + tax
    assert made.latest_invoice.total_excluding_tax == SEAT


def test_a_vat_number_is_shaped_as_its_country_shapes_it(service: Service) -> None:
    who = scene.customer(service, "")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        service.v1.customers.tax_ids.create(who.id, {"type": "eu_vat", "value": "FR123"})
    assert refused.value.code == "tax_id_invalid"
    nowhere = scene.customer(service, address={"line1": "somewhere"})
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        service.v1.subscriptions.create(
            {"customer": nowhere.id, "items": [{"price": scene.price(service)}], "automatic_tax": {"enabled": True}}
        )
    assert unknown.value.code == "customer_tax_location_invalid"


def test_an_amount_is_taken_off_by_a_credit_note(standin: StandIn) -> None:
    made = scene.subscription(standin)
    note = standin.v1.credit_notes.create({"invoice": made.latest_invoice, "credit_amount": 1000})
    assert (note.type, note.total) == ("post_payment", 1000)
    assert standin.v1.customers.retrieve(made.customer).balance == -1000
    assert standin.v1.invoices.retrieve(made.latest_invoice).post_payment_credit_notes_amount == 1000
