"""The checker of replies must be able to say no."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

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
