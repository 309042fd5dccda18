"""How one talks to the stand-in: keys, parameters, repeats, lists, accounts, and what it does not do."""

import json
import urllib.error
import urllib.request

import pytest
import stripe

from tests.dev.stripe import scene
from tests.dev.stripe.conftest import Service, StandIn


def refusal(call: object, *given: object, **named: object) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as refused:
        call(*given, **named)  # type: ignore[operator]
    return refused.value


def test_parameters_are_refused_as_stripe_refuses_them(service: Service) -> None:
    """Each with the kind, the code and the parameter that the SDK reads out of the answer."""
    create = service.client.v1.customers.create
    price = service.client.v1.prices.create
    cases = [
        (create, {"nme": "Acme"}, "parameter_unknown", "nme"),
        (create, {"address": {"land": "FR"}}, "parameter_unknown", "address[land]"),
        (create, {"email": ""}, "parameter_invalid_empty", "email"),
        (create, {"balance": "much"}, "parameter_invalid_integer", "balance"),
        (service.client.v1.products.create, {}, "parameter_missing", "name"),
        (price, {"unit_amount": 1, "product": "prod_of_nobody"}, "parameter_missing", "currency"),
        (service.client.v1.customers.list, {"limit": 101}, "parameter_invalid_integer", "limit"),
    ]
    for call, given, code, param in cases:
        error = refusal(call, given)
        assert isinstance(error, stripe.InvalidRequestError)
        assert (error.http_status, error.code, error.param) == (400, code, param)
        assert error.request_id
    wrong = refusal(service.client.v1.subscriptions.create, {"customer": "cus_x", "collection_method": "by_hand"})
    assert isinstance(wrong, stripe.InvalidRequestError)
    assert (wrong.http_status, wrong.param) == (400, "collection_method")
    gone = refusal(service.client.v1.customers.retrieve, "cus_of_nobody")
    assert isinstance(gone, stripe.InvalidRequestError)
    assert (gone.http_status, gone.code, gone.param) == (404, "resource_missing", "id")


def test_a_call_that_is_repeated_is_done_once(service: Service) -> None:
    key = scene.new_key("repeat")
    first = service.v1.customers.create({"name": "Acme"}, options={"idempotency_key": key})
    second = service.v1.customers.create({"name": "Acme"}, options={"idempotency_key": key})
    assert second.id == first.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    other = refusal(service.client.v1.customers.create, {"name": "Globex"}, options={"idempotency_key": key})
    assert isinstance(other, stripe.IdempotencyError)


def test_after_a_day_a_key_is_forgotten(standin: StandIn) -> None:
    key = scene.new_key("day")
    first = standin.v1.customers.create({"name": "Acme"}, options={"idempotency_key": key})
    standin.control("advance", seconds=86400)
    assert standin.v1.customers.create({"name": "Acme"}, options={"idempotency_key": key}).id != first.id


def test_a_list_goes_on_where_the_page_ended(service: Service) -> None:
    product = service.v1.products.create({"name": "Board track"})
    made = [
        service.v1.prices.create({"product": product.id, "currency": "eur", "unit_amount": 100 * number}).id
        for number in range(1, 6)
    ]
    page = service.v1.prices.list({"product": product.id, "limit": 2})
    assert [one.id for one in page.data] == made[:2:-1]
    assert page.has_more
    assert [one.id for one in page.auto_paging_iter()] == made[::-1]
    back = service.v1.prices.list({"product": product.id, "limit": 2, "ending_before": made[0]})
    assert [one.id for one in back.data] == [made[2], made[1]]


def test_what_is_asked_for_is_put_in_the_place_of_its_identifier(service: Service) -> None:
    made = scene.subscription(service, expand=["customer.tax_ids", "latest_invoice.payments"])
    assert made.customer.tax_ids.data == []
    (paid,) = made.latest_invoice.payments.data
    assert service.v1.payment_intents.retrieve(paid.payment.payment_intent).status == "succeeded"
    error = refusal(service.client.v1.subscriptions.retrieve, made.id, {"expand": ["status"]})
    assert "cannot be expanded" in str(error)


def test_a_connected_account_has_things_of_its_own(service: Service) -> None:
    try:
        account = service.v1.accounts.create({"type": "standard", "country": "FR", "email": "network@accord.example"})
    except stripe.StripeError as refused:
        assert service.real
        pytest.skip(f"the account of STRIPE_TEST_KEY has no Connect: {refused}")
    theirs = service.v1.customers.create({"name": "Acme"}, options={"stripe_account": account.id})
    assert service.v1.customers.retrieve(theirs.id, options={"stripe_account": account.id}).name == "Acme"
    assert refusal(service.client.v1.customers.retrieve, theirs.id).http_status == 404
    stranger = refusal(service.client.v1.customers.list, options={"stripe_account": "acct_of_nobody"})
    assert isinstance(stranger, stripe.PermissionError)


def test_without_a_key_nobody_is_answered(standin: StandIn) -> None:
    for key in ("sk_live_x", "nonsense"):
        client = stripe.StripeClient(key, base_addresses={"api": standin.home})
        error = refusal(client.v1.customers.list)
        assert isinstance(error, stripe.AuthenticationError)
        assert key not in str(error) or len(key) <= 8
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{standin.home}/v1/customers")
    assert refused.value.code == 401
    assert json.load(refused.value)["error"]["type"] == "invalid_request_error"


def test_what_is_not_done_is_said(standin: StandIn) -> None:
    """Nothing that Stripe would do is silently left out."""
    error = refusal(standin.client.v1.subscriptions.create, {"customer": "cus_x", "discounts": [{"coupon": "x"}]})
    assert (error.http_status, error.code) == (400, "stand_in_unsupported")
    assert "discounts" in str(error)
    unknown = refusal(standin.client.v1.coupons.list)
    assert unknown.http_status == 404
    assert "Unrecognized request URL (GET: /v1/coupons)" in str(unknown)
    older = stripe.StripeClient("sk_test_x", base_addresses={"api": standin.home}, stripe_version="2020-08-27")
    assert "speaks version" in str(refusal(older.v1.customers.list))


def test_while_it_is_down_nobody_is_answered(standin: StandIn) -> None:
    patient = stripe.StripeClient("sk_test_x", base_addresses={"api": standin.home}, max_network_retries=0)
    standin.control("faults", down=1)
    error = refusal(patient.v1.customers.create, {"name": "Acme"})
    assert isinstance(error, stripe.APIError)
    assert error.http_status == 503
    assert patient.v1.customers.list().data == []
