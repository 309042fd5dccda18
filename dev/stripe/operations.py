"""Which calls there are, with the SDK's type of their parameters and the part of it that the stand-in does."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dev.stripe.errors import ApiError, missing
from dev.stripe.parameters import COMMON, check, shape
from dev.stripe.store import Books, Store, Thing, public

PAGING = ("limit", "starting_after", "ending_before")


@dataclass
class Call:
    """One request: the account's things, the names in its address, and its parameters with their types."""

    store: Store
    books: Books
    path: dict[str, str]
    given: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        return self.given.get(name, default)


@dataclass(frozen=True)
class Operation:
    """A method and an address, e.g. POST /v1/customers/{customer}."""

    method: str
    address: str
    params: str
    does: frozenset[str]
    run: Callable[[Call], Thing]

    def answer(self, call: Call, given: dict[str, Any]) -> Thing:
        """Check the parameters, act, and return what Stripe would, expanded as asked. Raises ApiError."""
        call.given = check(self.params, given)
        for name in call.given:
            if name not in self.does | COMMON:
                raise ApiError(
                    f"The stand-in does not do “{name}” of {self.method} {self.address}; Stripe does.",
                    code="stand_in_unsupported",
                    param=name,
                )
        reply: Thing = public(copy.deepcopy(self.run(call)))
        for path in call.get("expand", []):
            expand(call.books, reply, path.split("."), path)
        return reply


OPERATIONS: list[Operation] = []
INCLUDED: dict[tuple[str, str], Callable[[Books, Thing], Any]] = {}


def operation(
    method: str, address: str, params: str, does: str = ""
) -> Callable[[Callable[[Call], Thing]], Callable[[Call], Thing]]:
    """Register a function for an address; `does` names the parameters of the SDK's type that it honours."""

    def register(run: Callable[[Call], Thing]) -> Callable[[Call], Thing]:
        words = frozenset(does.split())
        unknown = words - shape(params)[0].keys()
        if unknown:
            raise TypeError(f"{params} has no {sorted(unknown)}")
        OPERATIONS.append(Operation(method, address, params, words, run))
        return run

    return register


def included(kind: str, name: str) -> Callable[[Callable[[Books, Thing], Any]], Callable[[Books, Thing], Any]]:
    """Register a field that is in a reply only when it is asked for with expand[]."""

    def register(run: Callable[[Books, Thing], Any]) -> Callable[[Books, Thing], Any]:
        INCLUDED[kind, name] = run
        return run

    return register


def expand(books: Books, thing: Any, parts: list[str], path: str) -> None:
    """Put the thing in the place of its identifier, along a path such as `data.customer.tax_ids`."""
    if isinstance(thing, list):
        for one in thing:
            expand(books, one, parts, path)
        return
    name, rest = parts[0], parts[1:]
    if (thing.get("object"), name) in INCLUDED:
        thing.setdefault(name, public(INCLUDED[thing["object"], name](books, thing)))
    value = thing.get(name)
    if isinstance(value, str):
        found = books.find(value)
        if found is not None:
            thing[name] = value = public(copy.deepcopy(found))
    if name not in thing or isinstance(value, str | int) or len(path.split(".")) > 4:
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if rest and value is not None:
        expand(books, value, rest, path)


def page(call: Call, things: list[Thing], address: str) -> Thing:
    """A list as Stripe gives it: newest first, `limit` (1 to 100, else 10) of them, from a cursor on."""
    limit = call.get("limit", 10)
    if not 1 <= limit <= 100:
        raise ApiError(
            f"This value must be {'greater than or equal to 1' if limit < 1 else 'less than or equal to 100'}.",
            code="parameter_invalid_integer",
            param="limit",
        )
    ordered = [one for one in reversed(things) if _within(call, one)]
    keys = [one["id"] for one in ordered]
    for name in ("starting_after", "ending_before"):
        if call.get(name) and call.get(name) not in keys:
            raise missing("object", call.get(name), name)
    if after := call.get("starting_after"):
        ordered = ordered[keys.index(after) + 1 :]
    if before := call.get("ending_before"):
        ordered = ordered[: keys.index(before)]
        return listed(ordered[-limit:], address, more=len(ordered) > limit)
    return listed(ordered[:limit], address, more=len(ordered) > limit)


def listed(things: list[Thing], address: str, *, more: bool = False) -> Thing:
    """A list object."""
    return {"object": "list", "data": things, "has_more": more, "url": address}


def _within(call: Call, thing: Thing) -> bool:
    for name in ("created", "due_date"):
        wanted = call.get(name)
        bounds = wanted if isinstance(wanted, dict) else {} if wanted is None else {"gte": wanted, "lte": wanted}
        value = thing.get(name)
        if bounds and value is None:
            return False
        tests = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
        if not all(tests[word](value, bound) for word, bound in bounds.items()):
            return False
    return True


def merged(thing: Thing, call: Call, names: str) -> None:
    """Write the parameters of these names into a thing; an empty string unsets, and metadata are merged key by key."""
    for name in names.split():
        if name not in call.given:
            continue
        value = call.given[name]
        if name == "metadata":
            thing["metadata"] = {} if value == "" else metadata(thing.get("metadata") or {}, value)
        else:
            thing[name] = None if value == "" else value


def metadata(there: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """The pairs that are there with those that are given; an empty value takes its key out."""
    return {key: value for key, value in {**there, **given}.items() if value != ""}
