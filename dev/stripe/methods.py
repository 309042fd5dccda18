"""Means of payment: cards and SEPA mandates, by the numbers that are made for tests.

Of what is typed, brand and last four digits stay, and how the number behaves.
"""

import hashlib
from typing import Any

from dev.stripe.errors import ApiError, card_declined
from dev.stripe.operations import Call, merged, metadata, operation, page
from dev.stripe.parties import ADDRESS, customer_of
from dev.stripe.store import Books, Thing, identifier

# How a number behaves: "" pays; "declined" fails at once; "declined later" can be kept and then fails; "asks" wants a confirmation.
CARDS = {
    "4242424242424242": ("visa", ""),
    "5555555555554444": ("mastercard", ""),
    "378282246310005": ("amex", ""),
    "4000002500001001": ("cartes_bancaires", ""),
    "4000000000000002": ("visa", "declined"),
    "4000000000009995": ("visa", "insufficient"),
    "4000000000000341": ("visa", "declined later"),
    "4000000000003220": ("visa", "asks"),
    "4000002760003184": ("visa", "asks"),
}
TOKENS = {
    "visa": "4242424242424242",
    "mastercard": "5555555555554444",
    "amex": "378282246310005",
    "chargeDeclined": "4000000000000002",
    "visa_chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeCustomerFail": "4000000000000341",
    "authenticationRequired": "4000002760003184",
    "threeDSecure2Required": "4000000000003220",
}
# IBANs for tests: a debit takes its time, and then succeeds or fails.
IBANS = {
    "FR1420041010050500013M02606": "later",
    "FR8420041010050500013M02607": "fails later",
    "DE89370400440532013000": "later",
    "DE62370400440532013001": "fails later",
    "BE62510007547061": "later",
    "BE08510007547062": "fails later",
    "AT611904300234573201": "later",
    "AT861904300235473202": "fails later",
}
DEBIT_SECONDS = 5 * 86400


def card(number: str, month: int, year: int, *, now_year: int, now_month: int) -> Thing:
    """The part of a card that is kept. Raises ApiError as Stripe does for a number that is none for tests, or an old one."""
    digits = number.replace(" ", "").replace("-", "")
    if digits not in CARDS:
        raise ApiError(
            "Your card number is incorrect.", status=402, kind="card_error", code="incorrect_number", param="number"
        )
    if (year, month) < (now_year, now_month) or not 1 <= month <= 12:
        raise ApiError("Your card has expired.", status=402, kind="card_error", code="expired_card", param="exp_year")
    brand, behaviour = CARDS[digits]
    return {"kind": "card", "brand": brand, "last4": digits[-4:], "month": month, "year": year, "behaviour": behaviour}


def debit(iban: str) -> Thing:
    """The part of an account that is kept. Raises ApiError for an IBAN that is none for tests."""
    plain = iban.replace(" ", "").upper()
    if plain not in IBANS:
        raise ApiError("The IBAN you provided is invalid.", code="invalid_bank_account_iban", param="sepa_debit[iban]")
    return {
        "kind": "sepa_debit",
        "last4": plain[-4:],
        "country": plain[:2],
        "bank": plain[4:12],
        "behaviour": IBANS[plain],
    }


def keep(
    books: Books, kept: Thing, *, customer: Thing | None = None, name: str | None = None, email: str | None = None
) -> Thing:
    """A payment method made of what `card` or `debit` left."""
    address = (customer or {}).get("address") or dict.fromkeys(ADDRESS)
    method: Thing = {
        "id": identifier("pm_"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": address,
            "email": email,
            "name": name,
            "phone": None,
            "tax_id": None,
        },
        "created": books.now((customer or {}).get("test_clock")),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kept["kind"],
        kept["kind"]: _card(kept) if kept["kind"] == "card" else _debit(kept),
        "_behaviour": kept["behaviour"],
    }
    books.put(method)
    return method


def attach(books: Books, key: str, customer: Thing) -> Thing:
    """Give a payment method to a customer; a token such as `pm_card_visa` makes one. Raises ApiError when the card is refused."""
    token = key.removeprefix("pm_card_")
    if key.startswith("pm_card_") and token in TOKENS:
        method = keep(books, _of_token(token), customer=customer)
    else:
        method = books.get("payment_method", key, "payment_method")
    if method["customer"] not in (None, customer["id"]):
        raise ApiError(
            "The payment method you provided has already been attached to a customer.", param="payment_method"
        )
    if method["_behaviour"] in ("declined", "insufficient"):
        raise declined(method)
    with books.changing(method):
        method["customer"] = customer["id"]
    books.emit("payment_method.attached", method)
    return method


def declined(method: Thing) -> ApiError:
    """Why this card was refused."""
    return card_declined("insufficient_funds" if method["_behaviour"] == "insufficient" else "generic_decline")


def default_of(books: Books, customer: Thing, subscription: Thing | None = None) -> Thing | None:
    """The payment method that pays for a customer's invoice."""
    chosen = (subscription or {}).get("default_payment_method") or customer["invoice_settings"][
        "default_payment_method"
    ]
    return books.find(chosen)


@operation(
    "POST", "/v1/payment_methods", "PaymentMethodCreateParams", "type card sepa_debit billing_details metadata customer"
)
def create_method(call: Call) -> Thing:
    details = call.get("billing_details", {})
    if call.get("type") == "card":
        given: dict[str, Any] = call.get("card", {})
        token = str(given.get("token", "")).removeprefix("tok_")
        if token not in TOKENS:
            raise ApiError(
                "Sending credit card numbers directly to the API is generally unsafe. Use a test token such as tok_visa.",
                status=402,
                param="card",
            )
        kept = _of_token(token)
    elif call.get("type") == "sepa_debit":
        kept = debit(call.get("sepa_debit", {}).get("iban", ""))
    else:
        raise ApiError("The stand-in keeps cards and SEPA debits.", code="stand_in_unsupported", param="type")
    method = keep(call.books, kept, name=details.get("name"), email=details.get("email"))
    with call.books.changing(method):
        method["metadata"] = metadata({}, call.get("metadata") or {})
    return method


@operation("GET", "/v1/payment_methods", "PaymentMethodListParams", "customer type ending_before limit starting_after")
def list_methods(call: Call) -> Thing:
    things = [one for one in call.books.all("payment_method", type=call.get("type")) if one["customer"]]
    if key := call.get("customer"):
        customer_of(call.books, key)
        things = [one for one in things if one["customer"] == key]
    return page(call, things, "/v1/payment_methods")


@operation("GET", "/v1/payment_methods/{payment_method}", "PaymentMethodRetrieveParams")
def retrieve_method(call: Call) -> Thing:
    return call.books.get("payment_method", call.path["payment_method"])


@operation("POST", "/v1/payment_methods/{payment_method}", "PaymentMethodUpdateParams", "metadata")
def update_method(call: Call) -> Thing:
    method = retrieve_method(call)
    with call.books.changing(method, "payment_method.updated"):
        merged(method, call, "metadata")
    return method


@operation("POST", "/v1/payment_methods/{payment_method}/attach", "PaymentMethodAttachParams", "customer")
def attach_method(call: Call) -> Thing:
    return attach(call.books, call.path["payment_method"], customer_of(call.books, call.get("customer", "")))


@operation("POST", "/v1/payment_methods/{payment_method}/detach", "PaymentMethodDetachParams")
def detach_method(call: Call) -> Thing:
    method = retrieve_method(call)
    if not method["customer"]:
        raise ApiError("The payment method you provided is not attached to a customer so detachment is impossible.")
    customer = call.books.get("customer", method["customer"])
    with call.books.changing(method):
        method["customer"] = None
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        with call.books.changing(customer, "customer.updated"):
            customer["invoice_settings"] = {**customer["invoice_settings"], "default_payment_method": None}
    call.books.emit("payment_method.detached", method)
    return method


def _of_token(token: str) -> Thing:
    brand, behaviour = CARDS[TOKENS[token]]
    last = TOKENS[token][-4:]
    return {"kind": "card", "brand": brand, "last4": last, "month": 12, "year": 2040, "behaviour": behaviour}


def _card(kept: Thing) -> Thing:
    return {
        "brand": kept["brand"],
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "FR",
        "display_brand": kept["brand"],
        "exp_month": kept["month"],
        "exp_year": kept["year"],
        "fingerprint": hashlib.sha256(f"{kept['brand']}{kept['last4']}".encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": kept["last4"],
        "networks": {"available": [kept["brand"]], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _debit(kept: Thing) -> Thing:
    return {
        "bank_code": kept["bank"],
        "branch_code": "",
        "country": kept["country"],
        "fingerprint": hashlib.sha256(kept["last4"].encode()).hexdigest()[:16],
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": kept["last4"],
    }
