"""What Stripe tells, and what it does not: forged, late, twice, lost; and two who want the same seat."""

from __future__ import annotations

import json
import threading
import time

import pytest
import sqlalchemy as sa
import stripe

from marketplace.billing import jobs
from marketplace.billing.models import (
    BillingInvoice,
    BillingWish,
    StripeEvent,
    Subscription,
    SubscriptionStatus,
    WishState,
)
from marketplace.boards.models import Seat
from marketplace.programmes.models import Enrolment, EnrolmentState
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.models import Activity
from tests.cast import make_actor
from tests.marketplace.boards.conftest import DETAILS, SECRET
from tests.marketplace.boards.test_tracks import nominate, subscribe


def client(payments):
    return stripe.StripeClient("sk_test_of_these_tests", base_addresses={"api": payments.home}).v1


def retry(admin, work):
    """The moment has come at which the worker tries again."""
    with admin.connect() as connection:
        connection.exec_driver_sql("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE scheduled_at IS NOT NULL")
    work()


def compare(worker_app, work):
    """What the clock does every night."""
    with worker_app.app_context():
        jobs.enqueue_comparisons()
        db.session.commit()
    work()


def signed(event, secret=SECRET, at=None):
    body = json.dumps(event)
    return body, {"Stripe-Signature": stripe.WebhookSignature.generate_signature_header(body, secret, at)}


def test_a_card_a_lost_event_and_one_that_is_nobodys(
    operator, cast, track, payments, sign_in, work, worker_app, operator_app, anonymous
):
    abe = sign_in(cast.abe)
    page = subscribe(abe, track, collection="card")
    row = operator.scalar(sa.select(Subscription))
    assert row.status is SubscriptionStatus.asked and row.checkout_url in abe.get(page).text
    # A colleague who comes second finds the first one's.
    operator.execute(
        sa.text("UPDATE affiliation SET role = 'company_admin' WHERE id = :id"), {"id": cast.ann.affiliation_id}
    )
    operator.commit()
    ann = sign_in(cast.ann)
    second = ann.post(f"/acme/subscriptions/tracks/{track.id}", data=DETAILS)
    assert second.status_code == 409 and "Abe Acme has begun" in second.text
    assert "Abe Acme asked for 2 seats" in ann.get(page).text
    assert nominate(ann, track, cast.mia, cast.abe).status_code == 409

    # It is paid, and every event of it is lost.
    payments.settle()
    work()
    payments.control("faults", lose=100)
    assert payments.pay(row.checkout_url) == 303
    payments.settle()
    work()
    operator.refresh(row)
    assert row.status is SubscriptionStatus.asked
    compare(worker_app, work)
    operator.refresh(row)
    assert row.status is SubscriptionStatus.active
    healed = operator.scalar(sa.select(Activity).where(Activity.verb == "subscription.healed"))
    assert "status" in healed.data["what"]
    payments.control("faults", lose=0)
    done = operator_app.test_cli_runner().invoke(args=["stripe", "replay", "--since", "2020-01-01"])
    assert "1 subscriptions are read again" in done.output, done.output
    work()
    assert (
        operator.scalar(sa.select(sa.func.count()).where(StripeEvent.handled_at.is_(None), StripeEvent.firm_id > 0))
        == 0
    )

    # Events that change nothing: forged, stale, twice, of a customer that is nobody's here.
    about = {"id": row.stripe_subscription, "object": "subscription", "customer": row.stripe_customer}
    event = {
        "id": "evt_forged",
        "object": "event",
        "type": "customer.subscription.deleted",
        "created": int(time.time()),
        "data": {"object": about},
    }
    for body, headers in (
        signed(event, "whsec_another"),
        signed(event, at=int(time.time()) - 600),
        (json.dumps(event), {}),
    ):
        assert anonymous.post("/stripe/webhook", data=body, headers=headers).status_code == 400
    body, headers = signed(event)
    for _ in range(2):
        assert anonymous.post("/stripe/webhook", data=body, headers=headers).status_code == 200
    foreign = event | {"id": "evt_foreign", "data": {"object": about | {"customer": "cus_nobody"}}}
    body, headers = signed(foreign)
    assert anonymous.post("/stripe/webhook", data=body, headers=headers).status_code == 200
    work()
    operator.expire_all()
    assert operator.scalar(sa.select(sa.func.count()).where(StripeEvent.id == "evt_forged")) == 1
    assert operator.get(StripeEvent, "evt_foreign").firm_id is None
    assert row.status is SubscriptionStatus.active


def test_stripe_is_away_and_nothing_is_lost(operator, cast, track, payments, sign_in, work, _admin):
    payments.control("faults", down=-1)
    abe = sign_in(cast.abe)
    page = subscribe(abe, track)
    row, wish = operator.scalar(sa.select(Subscription)), operator.scalar(sa.select(BillingWish))
    assert (row.status, wish.state, wish.tries) == (SubscriptionStatus.asked, WishState.open, 1)
    assert "Nothing is lost" in abe.get(page).text
    assert operator.scalar(sa.text("SELECT seats_sold FROM board_track")) == 2
    assert "on its way" in abe.post(f"{page}/removal").text
    payments.control("faults", down=0)
    retry(_admin, work)
    operator.refresh(row)
    operator.refresh(wish)
    assert (row.status, wish.state) == (SubscriptionStatus.active, WishState.done)

    # A seat is on its way out while somebody is put forward for it: nobody gets it, whatever Stripe says in the end.
    payments.control("faults", down=-1)
    assert nominate(abe, track, cast.mia, cast.abe).status_code == 303
    assert abe.post(f"{page}/seats", data={"seats": "1"}).status_code == 303
    assert "All your seats are taken" in nominate(abe, track, cast.pam, cast.abe).text
    payments.control("faults", down=0)
    retry(_admin, work)
    operator.refresh(row)
    assert (row.seats, row.seats_wanted, row.seats_used) == (1, None, 1)


def test_an_overdue_payment_stops_nominations_and_nobody_who_sits(operator, cast, track, payments, sign_in, work):
    abe = sign_in(cast.abe)
    page = subscribe(abe, track)
    assert nominate(abe, track, cast.mia, cast.abe).status_code == 303
    payments.control("advance", seconds=40 * 86400)
    payments.settle()
    work()
    row = operator.scalar(sa.select(Subscription))
    assert row.status is SubscriptionStatus.past_due and row.grace_until > clock.now()
    assert "You can nominate until" in abe.get(page).text
    row.grace_until = clock.now()
    operator.commit()
    refused = nominate(abe, track, cast.pam, cast.abe)
    assert refused.status_code == 409 and "A payment is overdue" in refused.text
    one = operator.scalar(sa.select(Enrolment))
    assert one.state is EnrolmentState.nominated
    answer = sign_in(cast.mia).post(f"/acme/cohorts/{one.cohort_id}/enrolments/{one.id}/answer", data={"answer": "yes"})
    assert answer.status_code == 303
    operator.refresh(row)
    assert row.seats_used == 1


def test_by_debit_given_up_and_begun_again_then_failing_at_the_bank(
    operator, cast, track, payments, sign_in, work, worker_app, mailbox
):
    """SEPA at Checkout: it can be used while the bank is asked; what comes back is overdue, and paid again by card."""
    abe = sign_in(cast.abe)
    first = subscribe(abe, track, collection="card")
    assert abe.post(f"{first}/removal").status_code == 303
    given_up = operator.scalar(sa.select(Subscription))
    assert given_up.status is SubscriptionStatus.ended
    assert payments.pay(given_up.checkout_url or f"{payments.home}/c/acct_platform/{given_up.stripe_checkout}") != 303
    assert operator.scalar(sa.text("SELECT seats_sold FROM board_track")) == 0

    page = subscribe(abe, track, collection="card")
    row = operator.scalar(sa.select(Subscription).where(Subscription.status == SubscriptionStatus.asked))
    assert payments.pay(row.checkout_url, means="sepa_debit", iban="FR8420041010050500013M02607") == 303
    payments.settle()
    work()
    operator.refresh(row)
    assert row.status is SubscriptionStatus.active
    # Nobody pays twice: while the bank is asked, the invoice says so and has no button.
    asked = operator.scalar(sa.select(BillingInvoice))
    since, shown = asked.debit_since, abe.get(page).text
    assert asked.status == "open" and since is not None
    assert "Debit on its way" in shown and f'href="{asked.page_url}"' not in shown
    assert nominate(abe, track, cast.mia, cast.abe).status_code == 303
    compare(worker_app, work)
    operator.refresh(asked)
    assert asked.debit_since == since
    payments.control("settlement")
    payments.settle()
    work()
    operator.refresh(row)
    assert row.status is SubscriptionStatus.past_due and row.seats_used == 1
    assert "Payment overdue" in abe.get(page).text
    invoice = operator.scalar(sa.select(BillingInvoice))
    operator.refresh(invoice)
    assert (invoice.status, invoice.debit_since) == ("open", None)
    assert f'href="{invoice.page_url}"' in abe.get(page).text
    assert payments.pay(invoice.page_url) == 303
    payments.settle()
    work()
    operator.refresh(row)
    assert row.status is SubscriptionStatus.active and row.grace_until is None
    assert "Receipt" in abe.get(page).text
    portal = abe.get(f"{page}/portal")
    assert portal.status_code == 303 and portal.headers["Location"].startswith(f"{payments.home}/p/")


def test_a_card_that_is_declined_at_the_renewal(operator, cast, track, payments, sign_in, work):
    abe = sign_in(cast.abe)
    page = subscribe(abe, track, collection="card")
    row = operator.scalar(sa.select(Subscription))
    assert payments.pay(row.checkout_url, "4000000000000002") == 422
    assert payments.pay(row.checkout_url) == 303
    payments.settle()
    work()
    assert nominate(abe, track, cast.mia, cast.abe).status_code == 303
    # The firm's card is another one by then, and that one has no money behind it.
    portal = abe.get(f"{page}/portal").headers["Location"]
    assert payments.pay(portal, "4000000000000341", to="method") == 303
    # Every event comes twice, and every other one after the next.
    payments.control("faults", duplicate=1000, hold=20)
    payments.control("advance", seconds=366 * 86400)
    payments.control("faults", hold=0)
    payments.control("hurry")
    payments.settle()
    work()
    operator.refresh(row)
    assert row.status is SubscriptionStatus.past_due and row.grace_until > clock.now()
    row.grace_until = clock.now()
    operator.commit()
    assert "A payment is overdue" in nominate(abe, track, cast.pam, cast.abe).text
    owed = operator.scalar(sa.select(BillingInvoice).where(BillingInvoice.status == "open"))
    assert payments.pay(owed.page_url) == 303
    payments.settle()
    work()
    operator.refresh(row)
    assert (row.status, row.seats_used) == (SubscriptionStatus.active, 1)
    assert nominate(abe, track, cast.pam, cast.abe).status_code == 303


def test_taxes_and_vat_numbers(operator, cast, track, payments, sign_in, work, app, monkeypatch):
    """With Stripe Tax: reverse charge for a number that holds, French tax for one that is nobody's; without it: none."""
    abe, berlin = sign_in(cast.abe), {"country": "DE", "city": "Berlin", "postal_code": "10115"}
    for taxed, number, state, tax in (
        (True, "DE000000000", "verified", 0),
        (True, "DE111111111", "unverified", 96_000),
        (False, "DE111111111", "unverified", 0),
    ):
        monkeypatch.setitem(app.config, "STRIPE_AUTOMATIC_TAX", taxed)
        page = subscribe(abe, track, vat_number=number, **berlin)
        payments.control("advance", seconds=7200)
        payments.settle()
        work()
        row = operator.scalar(sa.select(Subscription).where(Subscription.status == SubscriptionStatus.active))
        assert row.vat_state == state
        invoice = operator.scalar(sa.select(BillingInvoice).where(BillingInvoice.subscription_id == row.id))
        assert (invoice.tax_cents, invoice.total_cents) == (tax, 480_000 + tax)
        assert ("not found in the register" in abe.get(page).text) is (state == "unverified")
        row.status = SubscriptionStatus.ended
        operator.commit()


def test_a_number_that_is_refused_is_said_and_corrected(operator, cast, track, payments, sign_in, work, _admin):
    """The invoice goes without it, the page says what to do, and the right one stands on the next."""
    abe, ann = sign_in(cast.abe), sign_in(cast.ann)
    page = subscribe(abe, track, vat_number="FR 12 999999999")
    row = operator.scalar(sa.select(Subscription))
    assert (row.status, row.vat_state) == (SubscriptionStatus.active, "refused")
    shown = abe.get(page).text
    assert "does not take the VAT number FR12999999999" in shown and f"{page}/invoice-details#vat_number" in shown
    assert "Correct the number" not in ann.get(page).text and ann.get(f"{page}/invoice-details").status_code == 403

    form = f"{page}/invoice-details"
    assert 'value="FR12999999999"' in abe.get(form).text
    wrong = abe.post(form, data=DETAILS | {"vat_number": "DE1", "purchase_order": "PO-78"})
    assert wrong.status_code == 422 and "PO-78" in wrong.text
    # Stripe is away, and what was typed is kept; meanwhile nothing else is changed.
    payments.control("faults", down=-1)
    right = DETAILS | {"legal_entity": "Acme Holding SA", "vat_number": "FR 12 111111111", "purchase_order": "PO-78"}
    assert abe.post(form, data=right).status_code == 303
    assert abe.post(form, data=right).status_code == 409
    assert "details for the invoice are on their way" in abe.get(page).text
    operator.refresh(row)
    assert row.legal_entity == "Acme SA"
    payments.control("faults", down=0)
    retry(_admin, work)
    operator.refresh(row)
    assert (row.legal_entity, row.vat_number, row.purchase_order) == ("Acme Holding SA", "FR12111111111", "PO-78")
    payments.settle()
    work()
    operator.refresh(row)
    assert row.vat_state == "unverified" and "is not in the official register" in abe.get(page).text
    assert abe.post(form, data=right | {"vat_number": "FR 12 345678901"}).status_code == 303
    payments.settle()
    work()
    operator.refresh(row)
    assert row.vat_state == "verified" and "Correct the number" not in abe.get(page).text

    # The next invoice has what was typed last, and one number.
    payments.control("advance", seconds=7200)
    assert abe.post(f"{page}/seats", data={"seats": "3"}).status_code == 303
    made = client(payments).invoices.list({"subscription": row.stripe_subscription}).data[0]
    assert (made.customer_name, made.custom_fields[0].value) == ("Acme Holding SA", "PO-78")
    assert [one.value for one in made.customer_tax_ids] == ["FR12345678901"]
    # Without a number and a purchase order it goes too.
    assert abe.post(form, data=right | {"vat_number": "", "purchase_order": ""}).status_code == 303
    kept = client(payments).customers.retrieve(row.stripe_customer)
    assert kept.invoice_settings.custom_fields is None
    assert client(payments).customers.tax_ids.list(row.stripe_customer).data == []
    assert operator.scalar(sa.select(Activity.verb).where(Activity.verb == "subscription.details_changed")) is not None


def test_a_network_is_paid_on_an_account_of_its_own(operator, operator_app, cast, track, payments, sign_in, work):
    import stripe as sdk

    made = sdk.StripeClient("sk_test_of_these_tests", base_addresses={"api": payments.home}).v1.accounts.create(
        {"type": "standard", "country": "FR"}
    )
    done = operator_app.test_cli_runner().invoke(
        args=["stripe", "account", "--network", "bridge", "--account", made.id]
    )
    assert done.exit_code == 0, done.output
    abe = sign_in(cast.abe)
    subscribe(abe, track, collection="card")
    row = operator.scalar(sa.select(Subscription))
    assert row.stripe_account == made.id
    assert payments.pay(row.checkout_url) == 303
    payments.settle()
    work()
    operator.refresh(row)
    assert row.status is SubscriptionStatus.active
    assert operator.scalar(sa.select(sa.func.count()).where(StripeEvent.account == made.id, StripeEvent.firm_id > 0))


@pytest.mark.race
def test_two_who_do_the_same_at_once(operator, cast, track, payments, sign_in):
    """Two admins subscribe: one subscription. Two change seats at the price of two: one is told that a colleague was first."""
    operator.execute(
        sa.text("UPDATE affiliation SET role = 'company_admin' WHERE id = :id"), {"id": cast.ann.affiliation_id}
    )
    operator.commit()

    def both(path, *given):
        together, replies = threading.Barrier(2), []

        def press(who, data):
            browser = sign_in(who)
            together.wait()
            replies.append(browser.post(path, data=data).status_code)

        threads = [
            threading.Thread(target=press, args=(who, data))
            for who, data in zip((cast.abe, cast.ann), given, strict=True)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return sorted(replies)

    assert both(f"/acme/subscriptions/tracks/{track.id}", DETAILS, DETAILS)[0] in {303, 409}
    row = operator.scalars(sa.select(Subscription)).one()
    page = f"/acme/subscriptions/{row.id}/seats"
    assert both(page, {"seats": "3", "before": "2"}, {"seats": "4", "before": "2"}) == [303, 409]
    operator.refresh(row)
    assert row.seats in {3, 4}
    assert sign_in(cast.abe).post(page, data={"seats": "5", "before": "2"}).status_code == 409


@pytest.mark.race
def test_eight_nominations_at_once_take_the_two_seats_there_are(operator, cast, track, payments, sign_in):
    abe = sign_in(cast.abe)
    subscribe(abe, track)
    acme = operator.get(Organisation, cast.mia.org_id)
    crowd = [make_actor(operator, f"crowd{number}", acme) for number in range(8)]
    operator.commit()
    together, replies = threading.Barrier(8), []

    def put_forward(candidate):
        browser = sign_in(cast.ann)
        together.wait()
        replies.append(nominate(browser, track, candidate, cast.abe).status_code)

    threads = [threading.Thread(target=put_forward, args=(one,)) for one in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [303] * 2 + [409] * 6
    held = operator.scalar(sa.select(sa.func.count()).where(Seat.released_at.is_(None)))
    assert (held, operator.scalar(sa.select(Subscription.seats_used))) == (2, 2)
