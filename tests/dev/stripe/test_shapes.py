"""The checker of replies must be able to say no."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from dev.stripe.api import OPERATIONS
from tests.dev.stripe import scene
from tests.dev.stripe.conftest import StandIn
from tests.dev.stripe.shapes import problems

BREAKS: dict[str, Callable[[dict[str, Any]], Any]] = {
    ".parent.type: is missing": lambda invoice: invoice["parent"].pop("type"),
    ".total: '1' is no int": lambda invoice: invoice.update(total="1"),
    ".attempted: 1 is no bool": lambda invoice: invoice.update(attempted=1),
    ".colour: the SDK's Invoice has no such field": lambda invoice: invoice.update(colour="red"),
    ".status: 'lost' is none of": lambda invoice: invoice.update(status="lost"),
    ".lines[0].period.end: is missing": lambda invoice: invoice["lines"]["data"][0]["period"].pop("end"),
    ".lines[0].amount: None is no int": lambda invoice: invoice["lines"]["data"][0].update(amount=None),
    ".customer.email: 7 is no str": lambda invoice: invoice["customer"].update(email=7),
    ".total_taxes: is no list": lambda invoice: invoice.update(total_taxes={}),
    ".lines.has_more: is not what a list has": lambda invoice: invoice["lines"].pop("has_more"),
}


def test_what_does_not_agree_with_the_sdk_is_named(standin: StandIn) -> None:
    made = scene.subscription(standin)
    reply = standin.client.v1.invoices.retrieve(made.latest_invoice, {"expand": ["customer"]})
    right = json.loads(reply.last_response.body)
    assert problems(right) == []
    for said, spoil in BREAKS.items():
        wrong = copy.deepcopy(right)
        spoil(wrong)
        found = problems(wrong)
        assert len(found) == 1, found
        assert found[0].startswith(f"invoice{said}")


def test_a_reply_that_is_not_checked_fails_the_test(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.dev.stripe.conftest.problems", lambda _reply: ["customer.name: is missing"])
    with pytest.raises(AssertionError, match="is missing"):
        standin.v1.customers.create({"name": "Acme"})


def test_each_address_has_the_parameters_that_the_sdk_sends_there() -> None:
    """An address that is not the SDK's, or one with the parameters of another, could not be checked for drift."""
    sdk = services()
    wrong = {
        f"{one.method} {one.address}": (one.params, sdk.get((one.method, plain(one.address))))
        for one in OPERATIONS
        if sdk.get((one.method, plain(one.address))) != one.params
    }
    assert wrong == {}
    assert len(OPERATIONS) > 60


def plain(address: str) -> str:
    """An address without the names of what stands in it."""
    return re.sub(r"{\w*}", "{}", address)


def services() -> dict[tuple[str, str], str]:
    """What the SDK's services send: method and address with the type of the parameters."""
    found = {}
    folder = Path(stripe.__file__).parent
    for name in sorted(folder.glob("**/*_service.py")):
        inside = ".".join(name.parent.relative_to(folder).parts)
        for method in re.split(r"\n    (?:async )?def ", name.read_text()):
            kind = re.search(r'params: (?:Optional\[)?"(\w+)"', method)
            sent = re.search(r'self\._request\(\s*"(\w+)",\s*"(/v1/[^"]+)"', method)
            if kind and sent:
                found[sent[1].upper(), plain(sent[2])] = f"{inside}.{kind[1]}".lstrip(".")
    return found
