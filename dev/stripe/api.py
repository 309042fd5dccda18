"""The API over HTTP: who asks, for which account, and what was answered before."""

import hashlib
import json
import re
import traceback
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from dev.stripe import (
    accounts,
    catalogue,
    checkout,
    clocks,
    credit_notes,
    customers,
    events,
    invoices,
    methods,
    payments,
    portal,
    subscriptions,
    tax_numbers,
    taxes,
)
from dev.stripe.clocks import pass_time
from dev.stripe.deliveries import Courier
from dev.stripe.errors import ApiError
from dev.stripe.operations import OPERATIONS, Call, Operation
from dev.stripe.parameters import decode
from dev.stripe.store import PLATFORM, Books, Store, identifier

# Imported for the operations that they register.
RESOURCES = (
    accounts,
    catalogue,
    checkout,
    clocks,
    credit_notes,
    customers,
    events,
    invoices,
    methods,
    payments,
    portal,
    subscriptions,
    tax_numbers,
    taxes,
)


# After a day Stripe knows a key no more.
KEY_SECONDS = 86400


class Turn:
    """One turn at the store: nobody else acts, time has passed, and events leave at the end."""

    def __init__(self, store: Store, courier: Courier) -> None:
        self.store = store
        self.courier = courier

    def __enter__(self) -> Store:
        self.store.lock.acquire()
        self.store.request = {"id": None, "idempotency_key": None}
        for books in self.store.accounts():
            pass_time(books, books.now())
        return self.store

    def __exit__(self, *_: object) -> None:
        try:
            self.courier.send(self.store.save())
            self.store.save()
        finally:
            self.store.lock.release()


def create_api(store: Store, courier: Courier) -> Blueprint:
    """Everything under /v1."""
    api = Blueprint("api", __name__)
    addresses = Map(
        [
            Rule(re.sub(r"{(\w+)}", r"<\1>", one.address), methods=[one.method], endpoint=number)
            for number, one in enumerate(OPERATIONS)
        ]
    ).bind("stripe")

    @api.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE"])
    def answer(rest: str) -> Response:
        number = identifier("req_", 14)
        replayed = False
        try:
            if courier.faults.take("down"):
                raise ApiError("The stand-in is down, as it was told to be.", status=503, kind="api_error")
            key_given = _require_key()
            _require_version(store)
            operation, path = _find(rest)
            body = request.get_data(as_text=True) if request.method == "POST" else request.query_string.decode()
            key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
            with Turn(store, courier):
                books = _account(store, key_given, rest)
                store.request.update(id=number, idempotency_key=key)
                status, reply, replayed = _once(books, key, f"{request.path}?{body}", operation, path, body)
        except ApiError as refused:
            status, reply = refused.status, refused.body
        except Exception:
            traceback.print_exc()
            status, reply = 500, {"error": {"type": "api_error", "message": "The stand-in has a fault; see its log."}}
        if "error" in reply:
            reply["error"].setdefault("request_log_url", f"{store.home}/#{number}")
        response = Response(json.dumps(reply, indent=2), status, mimetype="application/json")
        response.headers["Request-Id"] = number
        response.headers["Stripe-Version"] = store.version
        if replayed:
            response.headers["Idempotent-Replayed"] = "true"
        for name in ("Idempotency-Key", "Stripe-Account"):
            if name in request.headers:
                response.headers[name] = request.headers[name]
        return response

    def _find(rest: str) -> tuple[Operation, dict[str, str]]:
        try:
            endpoint, path = addresses.match(f"/v1/{rest}", request.method)
        except HTTPException:
            raise ApiError(
                f"Unrecognized request URL ({request.method}: {request.path}). Stripe may have it; the stand-in has not.",
                status=404,
            ) from None
        return OPERATIONS[endpoint], dict(path)

    return api


def _once(
    books: Books, key: str | None, asked: str, operation: Operation, path: dict[str, str], body: str
) -> tuple[int, dict[str, Any], bool]:
    """Status, body, and whether it is the answer of an earlier call with the same key."""
    call = Call(books.store, books, path)
    if key is None:
        return 200, operation.answer(call, decode(parse_qsl(body, keep_blank_values=True))), False
    print_of_it = hashlib.sha256(asked.encode()).hexdigest()
    known = books.find(f"_reply_{key}")
    if known and books.now() - known["at"] < KEY_SECONDS:
        if known["print"] != print_of_it:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return known["status"], known["body"], True
    status = 200
    try:
        reply = operation.answer(call, decode(parse_qsl(body, keep_blank_values=True)))
    except ApiError as refused:
        # What was refused before anything was done may be tried again with the same key.
        if refused.status != 402:
            raise
        status, reply = 402, refused.body
    done = {"object": "_reply", "id": f"_reply_{key}", "print": print_of_it, "status": status, "body": reply}
    books.put({**done, "at": books.now()})
    return status, reply, False


def _require_key() -> str:
    given = request.headers.get("Authorization", "")
    basic = request.authorization.username if request.authorization else None
    key = given.removeprefix("Bearer ") if given.startswith("Bearer ") else basic
    if not key:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using"
            " Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if not re.fullmatch(r"(sk|rk)_test_\w+", key):
        raise _unknown(key)
    return key


def _unknown(key: str) -> ApiError:
    return ApiError(f"Invalid API Key provided: {key[:8]}{'*' * max(len(key) - 8, 0)}", status=401)


def _require_version(store: Store) -> None:
    given = request.headers.get("Stripe-Version", store.version)
    if given != store.version:
        raise ApiError(f"The stand-in speaks version {store.version} only, not {given}.")


def _account(store: Store, key: str, address: str) -> Books:
    """The account that is meant: the platform's own, one that is connected to it, or that of a restricted key."""
    named = request.headers.get("Stripe-Account")
    if key.startswith("rk_"):
        return _of_restricted(store, key, address, named)
    if named is None or named == PLATFORM:
        return store.books(PLATFORM)
    if store.books(PLATFORM).find(named) is None:
        raise ApiError(
            f"The provided key does not have access to account '{named}' (or that account does not exist)."
            " Application access may have been revoked.",
            status=403,
            code="account_invalid",
        )
    return store.books(named)


def _of_restricted(store: Store, key: str, address: str, named: str | None) -> Books:
    known = store.books(PLATFORM).find(f"_key_{key}")
    if known is None:
        raise _unknown(key)
    what = address.split("/")[0]
    if what in known["lacks"] or named not in (None, known["account"]):
        raise ApiError(
            f"The provided key '{key[:8]}***' does not have the required permissions for this endpoint on account"
            f" '{known['account']}'. Having the 'rak_{what}' permission would allow this request to continue.",
            status=403,
        )
    return store.books(known["account"])
