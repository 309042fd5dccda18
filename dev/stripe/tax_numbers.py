"""Tax numbers of customers, and what the authority says of them."""

import re

from dev.stripe.errors import ApiError, missing
from dev.stripe.operations import Call, included, listed, operation, page
from dev.stripe.parties import customer_of
from dev.stripe.store import Books, Thing, identifier

# Shapes of numbers as the European Commission describes them with its VIES look-up.
EU_VAT = {
    "AT": r"U\d{8}",
    "BE": r"[01]?\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"(\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z0-9+*]{12}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
}
# Well shaped, and refused all the same; Stripe has no such number for tests.
REFUSED = "999999999"
# The numbers for tests whose verification has a known end.
MAGIC = {"000000000": "verified", "111111111": "unverified", "222222222": "pending"}


def require_shape(kind: str, value: str) -> None:
    """ApiError unless the number is shaped as its country shapes it (European VAT numbers only are looked at)."""
    number = value.replace(" ", "").upper()
    if number[-9:] == REFUSED:
        raise ApiError(f"Invalid value for {kind}.", code="tax_id_invalid", param="value")
    if kind != "eu_vat" or number[-9:] in MAGIC:
        return
    if not re.fullmatch(EU_VAT.get(number[:2], "(?!)"), number[2:]):
        raise ApiError("Invalid value for eu_vat.", code="tax_id_invalid", param="value")


def add_tax_id(books: Books, customer: Thing, kind: str, value: str) -> Thing:
    """Keep a number, pending; what the authority says of it comes with the event that follows.

    Everything well shaped is verified, except for the numbers for tests.
    """
    require_shape(kind, value)
    number = value.replace(" ", "").upper()
    if any(one["type"] == kind and one["value"] == number for one in books.all("tax_id", customer=customer["id"])):
        raise ApiError("A tax ID with that type and value is already on the customer.", param="value")
    country = {"GR": "GR", "EL": "GR"}.get(number[:2], number[:2]) if kind == "eu_vat" else kind[:2].upper()
    tax_id = books.add(
        {
            "id": identifier("txi_"),
            "object": "tax_id",
            "country": country,
            "created": books.now(customer["test_clock"]),
            "customer": customer["id"],
            "customer_account": None,
            "livemode": False,
            "owner": {"type": "customer", "customer": customer["id"]},
            "type": kind,
            "value": number,
            "verification": {"status": "pending", "verified_address": None, "verified_name": None},
        },
        "customer.tax_id.created",
    )
    reply = {**tax_id, "verification": dict(tax_id["verification"])}
    found = MAGIC.get(number[-9:], "verified") if kind in ("eu_vat", "gb_vat") else "unavailable"
    if found != "pending":
        with books.changing(tax_id, "customer.tax_id.updated"):
            known = (customer["name"] or "").upper() or None if found == "verified" else None
            tax_id["verification"] = {"status": found, "verified_address": None, "verified_name": known}
    return reply


@operation("POST", "/v1/customers/{customer}/tax_ids", "CustomerTaxIdCreateParams", "type value")
def create_tax_id(call: Call) -> Thing:
    customer = customer_of(call.books, call.path["customer"])
    return add_tax_id(call.books, customer, call.given["type"], call.given["value"])


@operation("GET", "/v1/customers/{customer}/tax_ids", "CustomerTaxIdListParams", "ending_before limit starting_after")
def list_tax_ids(call: Call) -> Thing:
    customer = customer_of(call.books, call.path["customer"])
    things = call.books.all("tax_id", customer=customer["id"])
    return page(call, things, f"/v1/customers/{customer['id']}/tax_ids")


@operation("GET", "/v1/customers/{customer}/tax_ids/{id}", "CustomerTaxIdRetrieveParams")
def retrieve_tax_id(call: Call) -> Thing:
    tax_id = call.books.get("tax_id", call.path["id"])
    if tax_id["customer"] != call.path["customer"]:
        raise missing("tax_id", call.path["id"])
    return tax_id


@operation("DELETE", "/v1/customers/{customer}/tax_ids/{id}", "CustomerTaxIdDeleteParams")
def delete_tax_id(call: Call) -> Thing:
    tax_id = retrieve_tax_id(call)
    call.books.remove(tax_id)
    call.books.emit("customer.tax_id.deleted", tax_id)
    return {"id": tax_id["id"], "object": "tax_id", "deleted": True}


@included("customer", "tax_ids")
def _tax_ids(books: Books, customer: Thing) -> Thing:
    return listed(books.all("tax_id", customer=customer["id"])[::-1], f"/v1/customers/{customer['id']}/tax_ids")
