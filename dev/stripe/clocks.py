"""Time that passes: test clocks, and the world's own clock, on which the demo lives."""

import contextlib
from collections.abc import Callable, Iterator

from dev.stripe.buying import expire, settled
from dev.stripe.collecting import collect, settle_debit
from dev.stripe.errors import ApiError
from dev.stripe.invoicing import forgive, make_final
from dev.stripe.lifecycle import OVER, end, follow, invoices_of
from dev.stripe.operations import Call, operation, page
from dev.stripe.store import Books, Thing, identifier
from dev.stripe.subscribing import renew

INCOMPLETE_SECONDS = 23 * 3600
Deed = Callable[[Books, Thing], None]


def pass_time(books: Books, until: int, clock: Thing | None = None) -> None:
    """Do everything that is due by this moment, in its order and each at its own moment."""
    store = books.store
    while True:
        due = [one for one in _coming(books, clock["id"] if clock else None) if one[0] <= until]
        if not due:
            break
        moment, _, deed, thing = min(due, key=lambda one: (one[0], one[1]))
        if clock is None:
            store.moment = moment
        else:
            clock["frozen_time"] = max(moment, clock["frozen_time"])
        try:
            with contextlib.suppress(ApiError):
                deed(books, thing)
        finally:
            store.moment = None
    if clock is not None:
        clock["frozen_time"] = until


def _coming(books: Books, clock: str | None) -> Iterator[tuple[int, int, Deed, Thing]]:
    def mine(kind: str) -> Iterator[Thing]:
        for one in books.all(kind):
            if (one.get("test_clock") or one.get("_test_clock")) == clock:
                yield one

    for one in mine("payment_intent"):
        if one.get("_settles_at"):
            yield one["_settles_at"], 0, settle, one
    for one in mine("checkout.session"):
        if one["status"] == "open":
            yield one["expires_at"], 1, _expire, one
    for one in mine("invoice"):
        if one["status"] == "draft" and one["auto_advance"] and one["automatically_finalizes_at"]:
            yield one["automatically_finalizes_at"], 2, _finish_draft, one
        elif one["status"] == "open" and one["auto_advance"] and one["next_payment_attempt"]:
            yield one["next_payment_attempt"], 3, _try_again, one
        elif one["status"] == "open" and one["due_date"] and not one.get("_overdue"):
            yield one["due_date"], 4, _overdue, one
    for one in mine("subscription"):
        if one["status"] in OVER:
            continue
        if one["status"] == "incomplete":
            yield one["created"] + INCOMPLETE_SECONDS, 5, _give_up, one
            continue
        if one["cancel_at"]:
            yield one["cancel_at"], 6, _end, one
        yield min(item["current_period_end"] for item in one["items"]["data"]), 7, renew, one


def settle(books: Books, intent: Thing) -> None:
    """The bank answers a debit, and the checkout that began it hears of it."""
    settled(books, intent, settle_debit(books, intent))


def _expire(books: Books, session: Thing) -> None:
    expire(books, session)


def _finish_draft(books: Books, invoice: Thing) -> None:
    try:
        make_final(books, invoice)
    except ApiError as problem:
        with books.changing(invoice):
            invoice["automatically_finalizes_at"] = None
            invoice["automatic_tax"] = {**invoice["automatic_tax"], "status": "requires_location_inputs"}
            invoice["last_finalization_error"] = problem.body["error"]
        books.emit("invoice.finalization_failed", invoice)
        return
    if invoice["status"] != "open":
        return
    if invoice["collection_method"] == "send_invoice":
        books.emit("invoice.sent", invoice)
    else:
        collect(books, invoice)


def _try_again(books: Books, invoice: Thing) -> None:
    collect(books, invoice)


def _overdue(books: Books, invoice: Thing) -> None:
    with books.changing(invoice):
        invoice["_overdue"] = True
    books.emit("invoice.overdue", invoice)
    follow(books, invoice, "failed")


def _give_up(books: Books, subscription: Thing) -> None:
    end(books, subscription, "payment_failed", status="incomplete_expired")
    for invoice in invoices_of(books, subscription):
        if invoice["status"] == "open":
            forgive(books, invoice, "void")


def _end(books: Books, subscription: Thing) -> None:
    end(books, subscription, "cancellation_requested")


@operation("POST", "/v1/test_helpers/test_clocks", "test_helpers.TestClockCreateParams", "frozen_time name")
def create_clock(call: Call) -> Thing:
    now = call.books.now()
    return call.books.add(
        {
            "id": identifier("clock_"),
            "object": "test_helpers.test_clock",
            "created": now,
            "deletes_after": now + 30 * 86400,
            "frozen_time": call.given["frozen_time"],
            "livemode": False,
            "name": call.get("name"),
            "status": "ready",
            "status_details": {},
        },
        "test_helpers.test_clock.created",
    )


@operation(
    "GET", "/v1/test_helpers/test_clocks", "test_helpers.TestClockListParams", "ending_before limit starting_after"
)
def list_clocks(call: Call) -> Thing:
    return page(call, call.books.all("test_helpers.test_clock"), "/v1/test_helpers/test_clocks")


@operation("GET", "/v1/test_helpers/test_clocks/{test_clock}", "test_helpers.TestClockRetrieveParams")
def retrieve_clock(call: Call) -> Thing:
    return call.books.get("test_helpers.test_clock", call.path["test_clock"])


@operation(
    "POST", "/v1/test_helpers/test_clocks/{test_clock}/advance", "test_helpers.TestClockAdvanceParams", "frozen_time"
)
def advance_clock(call: Call) -> Thing:
    """The reply says “advancing”, as Stripe's does; here everything has happened by then, and the next look says “ready”."""
    clock, target = retrieve_clock(call), call.given["frozen_time"]
    if target <= clock["frozen_time"]:
        raise ApiError("The frozen_time must be after the clock's current frozen_time.", param="frozen_time")
    reply = {
        **clock,
        "status": "advancing",
        "status_details": {"advancing": {"target_frozen_time": target}},
    }
    call.books.emit("test_helpers.test_clock.advancing", reply)
    with call.books.changing(clock):
        pass_time(call.books, target, clock)
    call.books.emit("test_helpers.test_clock.ready", clock)
    return reply


@operation("DELETE", "/v1/test_helpers/test_clocks/{test_clock}", "test_helpers.TestClockDeleteParams")
def delete_clock(call: Call) -> Thing:
    clock = retrieve_clock(call)
    for customer in call.books.all("customer", test_clock=clock["id"]):
        for kind in ("invoice", "subscription", "payment_intent", "tax_id", "invoiceitem", "checkout.session"):
            for one in call.books.all(kind, customer=customer["id"]):
                call.books.remove(one)
        call.books.remove(customer)
    call.books.remove(clock)
    call.books.emit("test_helpers.test_clock.deleted", {**clock})
    return {"id": clock["id"], "object": "test_helpers.test_clock", "deleted": True}
