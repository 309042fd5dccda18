"""Connected accounts, as far as one needs to act for one."""

from typing import Any

from dev.stripe.operations import Call, merged, metadata, operation, page
from dev.stripe.store import PLATFORM, Books, Store, Thing, identifier


@operation("POST", "/v1/accounts", "AccountCreateParams", "type country email metadata default_currency business_type")
def create_account(call: Call) -> Thing:
    account = new_account(call.books, identifier("acct_", 16), call.given)
    call.books.store.books(account["id"]).emit("account.updated", account)
    return account


def new_account(books: Books, key: str, given: dict[str, Any]) -> Thing:
    """Keep an account; here it may charge from the first moment on."""
    return books.put(
        {
            "id": key,
            "object": "account",
            "business_profile": None,
            "business_type": given.get("business_type"),
            "capabilities": {"card_payments": "active", "sepa_debit_payments": "active", "transfers": "active"},
            "charges_enabled": True,
            "country": given.get("country", "FR"),
            "created": books.now(),
            "default_currency": given.get("default_currency", "eur"),
            "details_submitted": True,
            "email": given.get("email"),
            "metadata": metadata({}, given.get("metadata") or {}),
            "payouts_enabled": True,
            "type": given.get("type", "none"),
        }
    )


@operation("GET", "/v1/accounts", "AccountListParams", "created ending_before limit starting_after")
def list_accounts(call: Call) -> Thing:
    return page(call, [one for one in call.books.all("account") if one["id"] != PLATFORM], "/v1/accounts")


@operation("GET", "/v1/accounts/{account}", "AccountRetrieveParams")
def retrieve_account(call: Call) -> Thing:
    return call.store.books(PLATFORM).get("account", call.path["account"])


@operation("POST", "/v1/accounts/{account}", "AccountUpdateParams", "email metadata")
def update_account(call: Call) -> Thing:
    account = retrieve_account(call)
    with call.store.books(PLATFORM).changing(account):
        merged(account, call, "email metadata")
    call.store.books(account["id"]).emit("account.updated", account)
    return account


@operation("GET", "/v1/account", "AccountRetrieveCurrentParams")
def retrieve_own(call: Call) -> Thing:
    platform = call.store.books(PLATFORM)
    known = platform.find(call.books.account)
    return known or new_account(platform, PLATFORM, {"type": "standard", "email": "payments@passerelle.example"})


def make_key(store: Store, account: str = "", lacks: list[str] | None = None) -> Thing:
    """A restricted key, of an account that exists or of a new one; `lacks` names what it may not use, as in addresses."""
    platform = store.books(PLATFORM)
    kept = platform.find(account) or new_account(platform, identifier("acct_", 16), {"type": "standard"})
    key = identifier("rk_test_", 24)
    return platform.put(
        {"object": "_key", "id": f"_key_{key}", "key": key, "account": kept["id"], "lacks": lacks or []}
    )


def drop_key(store: Store, key: str) -> None:
    """As if its owner had deleted it."""
    platform = store.books(PLATFORM)
    if (known := platform.find(f"_key_{key}")) is not None:
        platform.remove(known)


def endpoint_of(store: Store, account: str) -> Thing | None:
    """Where an account has its own events sent."""
    return store.books(account).find("_endpoint")


def set_endpoint(store: Store, account: str, address: str) -> Thing:
    """Where an account has its own events sent, instead of through the platform; with the secret that they are signed with."""
    books, known = store.books(account), endpoint_of(store, account)
    secret = known["secret"] if known else identifier("whsec_", 32)
    return books.put({"object": "_endpoint", "id": "_endpoint", "address": address, "secret": secret})
