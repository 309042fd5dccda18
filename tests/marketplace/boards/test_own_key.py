"""A network is paid on its own Stripe account by a key of its own: entered, used, refused, replaced, taken back."""

from __future__ import annotations

import base64
import json
import time

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.billing import sealing
from marketplace.billing.models import BillingAccount, BillingKey, StripeEvent, Subscription
from tenants.shared.database import db
from tenants.shared.models import Activity, Letter
from tests.factories import acting
from tests.marketplace.boards.test_payments import compare, retry, signed
from tests.marketplace.boards.test_tracks import subscribe

PAGE = "/bridge/settings/payments/"
OTHER_RING = base64.b64encode(b"another key of the same length!!").decode()


@pytest.fixture
def ned(cast, sign_in, _admin):
    """Ned administers Bridge, has a second factor, and has signed in a moment ago."""
    with _admin.connect() as connection:
        given = sa.text("UPDATE account SET totp_secret = '{}' WHERE id = :id")
        connection.execute(given, {"id": cast.ned.person_id})
    client = sign_in(cast.ned)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = time.time()
    return client


@pytest.fixture
def own(payments, operator, cast):
    """An account of Bridge's at the stand-in, whose events go to Bridge's address here: account, key, secret."""

    def made(**given):
        return payments.control("key", address=f"{payments.product}/stripe/webhook/{cast.ned.org_id}", **given)

    return made


def enter(client, own, **changed):
    return client.post(f"{PAGE}key", data={"key": own["key"], "hook": own["secret"]} | changed)


def kept(operator):
    operator.rollback()
    return operator.scalar(sa.select(BillingKey))


def everything(operator, *tables):
    """What the tables hold, as text."""
    return " ".join(str(row) for table in tables for row in operator.execute(sa.text(f"SELECT * FROM {table}")).all())


def test_only_an_administrator_in_two_steps_enters_a_key(operator, cast, payments, own, sign_in, _admin, anonymous):
    given = own()
    client = sign_in(cast.ned)
    assert "You are paid through this site" in client.get(PAGE).text
    assert "/account/confirmation" in client.get(f"{PAGE}key").headers["Location"]
    assert "/account/confirmation" in enter(client, given).headers["Location"]
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = time.time()
    assert "First a second factor" in client.get(f"{PAGE}key").text
    assert enter(client, given).status_code == 403
    assert client.post(f"{PAGE}key/removal").status_code == 403
    for actor in (cast.abe, cast.ann):
        assert sign_in(actor).get(f"/{actor.slug}/settings/payments/").status_code == 404
    assert kept(operator) is None


def test_a_key_that_will_not_do_is_said_and_not_kept(operator, operator_app, cast, payments, own, ned, caplog):
    given, poor = own(), payments.control("key", lacks="invoices events")
    wrong = (
        ({"key": ""}, 422, "Paste the key"),
        ({"hook": ""}, 422, "Paste the signing secret"),
        ({"key": "pk_test_0123456789"}, 422, "publishable key"),
        ({"key": "sk_test_0123456789"}, 422, "may do everything"),
        ({"key": "hunter2"}, 422, "no key of Stripe"),
        ({"key": "rk_live_0123456789"}, 422, "takes real money"),
        ({"key": "rk_test_0123456789"}, 422, "does not know this key"),
        ({"key": poor["key"]}, 422, "does not let this key use: Invoices, Events"),
        ({"hook": "secret"}, 422, "begins with whsec_"),
    )
    for changed, status, words in wrong:
        reply = enter(ned, given, **changed)
        assert (reply.status_code, words in reply.text) == (status, True), changed
        assert all(secret not in reply.text for secret in (given["key"], given["secret"], poor["key"]))
    # Another account is connected for Bridge: only a key of that one takes its place.
    runner = operator_app.test_cli_runner()
    runner.invoke(args=["stripe", "account", "--network", "bridge", "--account", poor["account"]])
    assert "connected another account" in enter(ned, given).text
    operator.execute(sa.delete(BillingAccount))
    operator.commit()
    payments.control("faults", down=-1)
    reply = enter(ned, given)
    assert reply.status_code == 503 and "nothing was kept" in reply.text
    assert kept(operator) is None
    assert operator.scalar(sa.select(BillingAccount)) is None
    assert given["key"] not in caplog.text


def test_a_network_is_paid_by_its_own_key(
    operator,
    operator_app,
    app,
    worker_app,
    cast,
    track,
    payments,
    own,
    ned,
    sign_in,
    work,
    anonymous,
    caplog,
    _admin,
    monkeypatch,
):
    caplog.set_level("DEBUG")
    given = own()
    assert enter(ned, given).status_code == 303
    row = kept(operator)
    assert (row.stripe_account, row.last_four, row.heard_at) == (given["account"], given["key"][-4:], None)
    page = ned.get(PAGE).text
    assert f"•••• {row.last_four}" in page and "No event has come" in page and given["key"] not in page
    assert given["key"].encode() not in row.sealed_key and given["secret"].encode() not in row.sealed_hook
    said = operator.scalar(sa.select(Activity).where(Activity.verb == "payment_key.set"))
    assert said.data == {}

    # Acme pays on it: nothing of it is on the house's account, and its events come to Bridge's own address.
    abe = sign_in(cast.abe)
    runner = operator_app.test_cli_runner()
    refused = runner.invoke(args=["stripe", "account", "--network", "bridge", "--account", "acct_x"])
    assert "has entered a key of its own" in refused.output
    subscription = subscribe(abe, track, collection="card")
    bought = operator.scalar(sa.select(Subscription))
    assert bought.stripe_account == given["account"]
    assert payments.pay(bought.checkout_url) == 303
    payments.settle()
    work()
    operator.expire_all()
    assert bought.status == "active" and kept(operator).heard_at is not None
    assert {one.account for one in operator.scalars(sa.select(StripeEvent))} == {given["account"]}
    assert "To be paid now" in abe.get(f"{subscription}/seats?seats=3").text
    assert abe.get(f"{subscription}/portal").headers["Location"].startswith(payments.home)

    # Whoever began to subscribe while the account was the house's is told to begin again.
    values = {column.key: getattr(bought, column.key) for column in sa.inspect(Subscription).columns}
    late = values | {"id": 5, "stripe_account": "", "stripe_customer": ""}
    with acting(app, cast.abe), pytest.raises(IntegrityError, match="paid on another account now"):
        db.session.execute(sa.insert(Subscription).values(**late))

    # Another's signature opens nothing, at either address; Bridge's own signs for Bridge's account alone.
    operator.refresh(bought)
    about = {"id": bought.stripe_subscription, "object": "subscription", "customer": bought.stripe_customer}
    event = {"id": "evt_f", "object": "event", "type": "x", "created": int(time.time()), "data": {"object": about}}
    at_bridge = f"/stripe/webhook/{cast.ned.org_id}"
    for path, secret in (
        ("/stripe/webhook", given["secret"]),
        (at_bridge, "whsec_of_these_tests"),
        ("/stripe/webhook/9", ""),
    ):
        body, headers = signed(event, secret)
        assert anonymous.post(path, data=body, headers=headers).status_code == 400
    body, headers = signed(event | {"account": "acct_of_another"}, given["secret"])
    assert anonymous.post(at_bridge, data=body, headers=headers).status_code == 200
    assert operator.get(StripeEvent, "evt_f").account == given["account"]

    # The key is deleted at Stripe. What Acme asks for is kept; Bridge is told, once.
    payments.control("key", drop=given["key"])
    assert abe.post(f"{subscription}/seats", data={"seats": "3"}).status_code == 303
    assert "Nothing is lost" in abe.get(subscription).text
    compare(worker_app, work)
    assert "has not accepted your key since" in ned.get(PAGE).text
    told = operator.scalars(sa.select(Letter).where(Letter.kind == "payment_key_refused")).all()
    assert [one.person_id for one in told] == [cast.ned.person_id]
    assert ned.post(f"{PAGE}key/removal").status_code == 409
    assert enter(ned, own()).status_code == 409
    again = payments.control("key", account=given["account"])
    assert enter(ned, again, hook="").status_code == 303
    retry(_admin, work)
    operator.expire_all()
    assert (bought.seats, kept(operator).refused_at) == (3, None)

    payments.settle()
    # Those who run the site take events again, and change the key that everything is sealed with.
    assert "events, 0 of them new" in runner.invoke(args=["stripe", "replay", "--since", "2020-01-01"]).output
    before = kept(operator).sealed_key
    for one in (app, worker_app, operator_app):
        monkeypatch.setitem(one.config, "PAYMENT_KEYS", f"{OTHER_RING} {one.config['PAYMENT_KEYS']}")
    assert "1 networks’ keys are sealed anew" in runner.invoke(args=["stripe", "rotate"]).output
    after = kept(operator).sealed_key
    assert before != after
    for one in (app, worker_app, operator_app):
        monkeypatch.setitem(one.config, "PAYMENT_KEYS", OTHER_RING)
    with app.app_context():
        assert sealing.unseal(sealing.ring(), cast.ned.org_id, sealing.STRIPE_KEY, after) == again["key"]
        for network_id, what, content in (
            (cast.ned.org_id, sealing.STRIPE_KEY, before),
            (cast.abe.org_id, sealing.STRIPE_KEY, after),
            (cast.ned.org_id, sealing.HOOK, after),
        ):
            with pytest.raises(sealing.KeyAway):
                sealing.unseal(sealing.ring(), network_id, what, content)

    # It goes when nothing runs on it any more; then what is sold is paid to the house.
    bought.status = "ended"
    operator.commit()
    assert ned.post(f"{PAGE}key/removal").status_code == 303
    assert "You are paid through this site" in ned.get(PAGE).text
    assert operator.scalar(sa.select(BillingAccount)) is None
    subscribe(abe, track)
    latest = operator.scalar(sa.select(Subscription).where(Subscription.status != "ended"))
    assert latest.stripe_account == ""
    written = everything(operator, "activity", "letter", "stripe_event", "billing_wish", "procrastinate_jobs", "notice")
    for secret in (given["key"], given["secret"], again["key"]):
        assert secret not in caplog.text and secret not in written
    assert json.dumps(said.data) == "{}"
