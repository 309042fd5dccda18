"""Events, for whoever missed one."""

from dev.stripe.errors import ApiError
from dev.stripe.operations import Call, operation, page
from dev.stripe.store import Thing


@operation(
    "GET", "/v1/events", "EventListParams", "created delivery_success ending_before limit starting_after type types"
)
def list_events(call: Call) -> Thing:
    if "type" in call.given and "types" in call.given:
        raise ApiError("You may only specify one of these parameters: type, types.", code="parameters_exclusive")
    things = call.books.all("event")
    if kind := call.get("type"):
        things = [one for one in things if _is(one["type"], kind)]
    if "types" in call.given:
        things = [one for one in things if one["type"] in call.given["types"]]
    if "delivery_success" in call.given:
        things = [one for one in things if (one["pending_webhooks"] == 0) == call.given["delivery_success"]]
    return page(call, things, "/v1/events")


def _is(kind: str, wanted: str) -> bool:
    return kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted


@operation("GET", "/v1/events/{id}", "EventRetrieveParams")
def retrieve_event(call: Call) -> Thing:
    return call.books.get("event", call.path["id"])
