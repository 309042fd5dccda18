"""The billing portal: a session leads to a hosted page."""

from dev.stripe.errors import ApiError
from dev.stripe.operations import Call, operation
from dev.stripe.parties import customer_of
from dev.stripe.store import Thing, identifier

CONFIGURATION = "bpc_standin"


@operation("POST", "/v1/billing_portal/sessions", "billing_portal.SessionCreateParams", "customer locale return_url")
def create_portal(call: Call) -> Thing:
    if "customer" not in call.given:
        raise ApiError("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = customer_of(call.books, call.given["customer"])
    key = identifier("bps_")
    return call.books.put(
        {
            "id": key,
            "object": "billing_portal.session",
            "configuration": CONFIGURATION,
            "created": call.books.now(customer["test_clock"]),
            "customer": customer["id"],
            "customer_account": None,
            "flow": None,
            "livemode": False,
            "locale": call.get("locale"),
            "on_behalf_of": None,
            "return_url": call.get("return_url"),
            "url": f"{call.store.home}/p/{call.books.account}/{key}",
        }
    )
