"""Events arrive signed and in order; and every way in which they do not can be switched on."""

from pathlib import Path

import pytest
import stripe

from tests.dev.stripe.conftest import SECRET, Receiver, StandIn, started

CREATED = "customer.created"


def named(standin: StandIn) -> list[str]:
    """The customers whose creation was heard of, in the order that it was; each event verified on arrival."""
    names = [event.data.object["name"] for event in standin.receiver.events]
    standin.heard()
    return names


def wait(standin: StandIn) -> None:
    standin.page(f"{standin.home}/_control/wait?seconds=10")


def test_events_come_in_order_with_what_was_there_before(standin: StandIn) -> None:
    one = standin.v1.customers.create({"name": "Acme"})
    standin.v1.customers.update(one.id, {"name": "Acme SA"})
    wait(standin)
    made, changed = standin.receiver.events
    assert (made.type, changed.type) == (CREATED, "customer.updated")
    assert (made.data.object["name"], changed.data.object["name"]) == ("Acme", "Acme SA")
    assert changed.data.previous_attributes.to_dict() == {"name": "Acme"}
    assert made.request.id == one.last_response.request_id
    assert made.api_version == stripe.api_version
    known = standin.v1.events.list({"types": [CREATED], "delivery_success": True})
    assert [event.id for event in known.data] == [made.id]
    assert standin.v1.events.retrieve(made.id).data.object["id"] == one.id


def test_a_signature_holds_for_one_body_and_one_secret(standin: StandIn) -> None:
    from dev.stripe.deliveries import signature

    header = signature('{"object": "event"}', SECRET, 1_800_000_000)
    verify = stripe.WebhookSignature.verify_header
    assert verify('{"object": "event"}', header, SECRET)
    for body, secret in (('{"object": "other"}', SECRET), ('{"object": "event"}', "whsec_other")):
        with pytest.raises(stripe.SignatureVerificationError):
            verify(body, header, secret)


def test_what_is_not_taken_comes_again(standin: StandIn) -> None:
    standin.receiver.refuse = 2
    standin.v1.customers.create({"name": "Acme"})
    wait(standin)
    (delivery,) = standin.control_list("deliveries")
    assert (delivery["state"], delivery["tries"], delivery["answer"]) == ("delivered", 3, "200")
    assert named(standin) == ["Acme"]


def test_an_event_is_lost_doubled_or_late_when_that_is_wanted(standin: StandIn) -> None:
    standin.control("faults", lose=1)
    lost = standin.v1.customers.create({"name": "lost"})
    standin.control("faults", duplicate=1)
    standin.v1.customers.create({"name": "twice"})
    standin.control("faults", hold=1)
    standin.v1.customers.create({"name": "late"})
    standin.v1.customers.create({"name": "early"})
    wait(standin)
    assert named(standin) == ["twice", "twice", "early", "late"]
    (event,) = [one for one in standin.v1.events.list().data if one.data.object["id"] == lost.id]
    assert event.pending_webhooks == 1
    standin.control(f"events/{event.id}/delivery")
    wait(standin)
    assert named(standin) == ["lost"]


def test_events_of_a_connected_account_say_whose_they_are(standin: StandIn) -> None:
    account = standin.v1.accounts.create({"type": "standard"})
    standin.heard()
    standin.v1.customers.create({"name": "Acme"}, options={"stripe_account": account.id})
    wait(standin)
    (event,) = standin.receiver.events
    assert event.account == account.id


def test_everything_is_there_after_a_restart(receiver: Receiver, tmp_path: Path) -> None:
    """Also an event that was under way, and the answer to a call that is repeated."""
    kept = ("--state", str(tmp_path / "state.sqlite"))
    once = {"idempotency_key": "once"}
    with started(receiver, *kept) as standin:
        standin.control("webhook", address="http://127.0.0.1:9/")
        made = standin.v1.customers.create({"name": "Acme"}, options=once)
        standin.control("advance", seconds=86400)
    receiver.forget()
    with started(receiver, *kept) as standin:
        assert standin.v1.customers.create({"name": "Acme"}, options=once).id == made.id
        later = standin.v1.customers.create({"name": "Globex"})
        assert later.created >= made.created + 86400
        wait(standin)
        assert named(standin) == ["Acme", "Globex"]
        assert [one.name for one in standin.v1.customers.list().data] == ["Globex", "Acme"]
    receiver.forget()
