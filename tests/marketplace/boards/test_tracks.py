"""A network offers a track; a firm subscribes, nominates, changes its seats and cancels."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.billing.models import BillingInvoice, Subscription, SubscriptionStatus
from marketplace.boards.models import BoardTrack, Seat, TrackState
from marketplace.programmes.models import Enrolment, EnrolmentState, PartyState, ProgrammeParty
from tests.marketplace.boards.conftest import DETAILS

WRITTEN = {
    "name_en": "Ready for the board",
    "name_fr": "Prêtes pour le conseil",
    "contents_en": "- Six workshops",
    "price": "2,400.00",
    "currency": "eur",
    "starts_on": "2027-01-11",
    "ends_on": "2028-01-11",
    "seats_total": "6",
    "is_public": "y",
    "version": "1",
}


def subscribe(browser, track, **changed):
    answer = browser.post(f"/acme/subscriptions/tracks/{track.id}", data=DETAILS | changed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def nominate(browser, track, candidate, sponsor, **changed):
    data = {"address": candidate.email, "sponsor": sponsor.email, "office": "chair", "states_true": "y"}
    return browser.post(f"/acme/tracks/{track.id}/nomination", data=data | changed)


def test_a_network_writes_a_track_and_opens_it(operator, cast, cohort, sign_in, anonymous):
    ned, mia = sign_in(cast.ned), sign_in(cast.mia)
    wrong = ned.post("/bridge/tracks", data=WRITTEN | {"cohort_id": cohort.id, "ends_on": "2026-01-01"})
    assert wrong.status_code == 422 and "It ends after it begins." in wrong.text and "Six workshops" in wrong.text
    assert ned.post("/bridge/tracks", data=WRITTEN | {"cohort_id": cohort.id}).status_code == 303
    track = operator.scalar(sa.select(BoardTrack))
    assert (track.price_cents, track.slug, track.state) == (240_000, "ready-for-the-board", TrackState.draft)
    page, public = f"/bridge/tracks/{track.id}", "/tracks/bridge/ready-for-the-board"
    assert mia.get(f"/acme/tracks/{track.id}").status_code == 404
    assert anonymous.get(public).status_code == 404
    assert ned.post(f"{page}/opening").status_code == 303
    assert "Ready for the board" in mia.get("/acme/tracks").text
    shown = anonymous.get(public)
    assert "Six workshops" in shown.text and "€2,400" in shown.text and "Acme" not in shown.text
    # A colleague began with the first version too.
    late = ned.post(f"{page}/text", data=WRITTEN | {"price": "2 500,50"})
    assert late.status_code == 422 and "Somebody saved meanwhile." in late.text and "2 500,50" in late.text
    assert ned.post(f"{page}/text", data=WRITTEN | {"price": "2 500,50", "version": "2"}).status_code == 303
    operator.refresh(track)
    assert track.price_cents == 250_050
    assert ned.post(f"{page}/closing").status_code == 303
    assert anonymous.get(public).status_code == 404


def test_a_track_opens_only_with_mentors_who_come_themselves(operator, cast, cohort, track, sign_in):
    track.state = TrackState.draft
    cohort.choices = cohort.choices | {"mentors": {"eligibility": []}, "cadence": "monthly"}
    operator.commit()
    refused = sign_in(cast.ned).post(f"/bridge/tracks/{track.id}/opening")
    assert refused.status_code == 409
    assert "come themselves" in refused.text and "every three months" in refused.text


def test_a_firm_subscribes_by_invoice_nominates_and_changes_its_seats(
    operator, cast, track, payments, sign_in, work, mailbox
):
    abe, ann = sign_in(cast.abe), sign_in(cast.ann)
    form = f"/acme/subscriptions/tracks/{track.id}"
    assert ann.get(form).status_code == 403
    wrong = abe.post(form, data=DETAILS | {"vat_number": "FR1"})
    assert wrong.status_code == 422 and "shape" in wrong.text and "1 rue de la Gare" in wrong.text
    assert abe.post(form, data=DETAILS | {"seats": "7"}).status_code == 422
    page = subscribe(abe, track)
    row = operator.scalar(sa.select(Subscription))
    assert (row.status, row.seats, row.seats_used) == (SubscriptionStatus.active, 2, 0)
    party = operator.get(
        ProgrammeParty, (track.org_id, operator.scalar(sa.text("SELECT id FROM programme")), row.org_id)
    )
    assert party.state is PartyState.active
    work()
    # An invoice is a draft for its first hour.
    payments.control("advance", seconds=7200)
    payments.settle()
    work()
    invoice = operator.scalar(sa.select(BillingInvoice))
    assert (invoice.total_cents, invoice.status) == (480_000, "open")
    told = abe.get(page).text
    assert invoice.number in told and "€4,800" in told and "PO-77" in told
    assert "Your subscription begins: Ready for the board" in {one["Subject"] for one in mailbox.to(cast.abe.email)}

    # Three are put forward for two seats.
    assert nominate(ann, track, cast.mia, cast.mia).status_code == 422
    assert nominate(ann, track, cast.mia, cast.abe).status_code == 303
    assert "holds a seat" in nominate(ann, track, cast.mia, cast.abe).text
    assert nominate(ann, track, cast.pam, cast.abe).status_code == 303
    full = nominate(ann, track, cast.abe, cast.ann)
    assert full.status_code == 409 and "All your seats are taken" in full.text
    fewer = abe.get(f"{page}/seats?seats=1")
    assert fewer.status_code == 422 and "Mia Acme" in fewer.text and "Pam Acme" in fewer.text
    assert abe.post(f"{page}/seats", data={"seats": "1"}).status_code == 409
    assert "Mia Acme" in abe.get(page).text

    # A third seat, at the price that was shown.
    shown = abe.get(f"{page}/seats?seats=3")
    assert "€2,400" in shown.text
    priced_at = shown.text.split('name="priced_at" value="')[1].split('"')[0]
    assert abe.post(f"{page}/seats", data={"seats": "3", "priced_at": priced_at}).status_code == 303
    operator.refresh(row)
    operator.refresh(track)
    assert (row.seats, row.seats_wanted, track.seats_sold) == (3, None, 3)

    # A no frees the seat.
    work()
    one = operator.scalar(sa.select(Enrolment).where(Enrolment.person_id == cast.mia.person_id))
    assert one.state is EnrolmentState.nominated
    mia = sign_in(cast.mia)
    answer = mia.post(f"/acme/cohorts/{one.cohort_id}/enrolments/{one.id}/answer", data={"answer": "no"})
    assert answer.status_code == 303, answer.text
    operator.refresh(row)
    seat = operator.scalar(sa.select(Seat).where(Seat.person_id == cast.mia.person_id))
    assert row.seats_used == 1 and seat.released_at is not None

    # Nobody comes in past the seats.
    around = ann.post(
        f"/acme/cohorts/{one.cohort_id}/enrolments/nomination",
        data={"address": cast.mia.email, "side": "mentee", "states_true": "y"},
    )
    assert around.status_code == 409 and "seat of a board track" in around.text

    assert abe.post(f"{page}/cancellation").status_code == 303
    assert "It ends on" in abe.get(page).text
    assert abe.post(f"{page}/reactivation").status_code == 303
    operator.refresh(row)
    assert not row.cancel_at_period_end
    assert "Acme" in sign_in(cast.ned).get(f"/bridge/tracks/{track.id}").text
    assert sign_in(cast.gil).get(page.replace("acme", "globex")).status_code == 404


def test_whoever_comes_back_between_employers_goes_on_once_a_seat_is_kept_for_them(
    operator, cast, cohort, track, payments, sign_in, work, mailbox
):
    # The template's own quota of candidates stands in nobody's way: seats are the quota.
    cohort.choices = cohort.choices | {"quota": {"mentors": None, "mentees": 1, "balance": 0}}
    operator.commit()
    ann, mia = sign_in(cast.ann), sign_in(cast.mia)
    page = subscribe(sign_in(cast.abe), track)
    assert nominate(ann, track, cast.mia, cast.abe).status_code == 303
    one = operator.scalar(sa.select(Enrolment))
    one.state, one.firm_id = EnrolmentState.enrolled, None
    operator.commit()
    row = operator.scalar(sa.select(Subscription))
    assert row.seats_used == 0
    go_on = f"/acme/cohorts/{one.cohort_id}/enrolments/{one.id}/continuation"
    refused = mia.post(go_on)
    assert refused.status_code == 409 and "seat of a board track" in refused.text

    kept = nominate(ann, track, cast.mia, cast.abe)
    assert kept.status_code == 303, kept.text
    shown = ann.get(kept.headers["Location"]).text
    assert "Mia Acme takes part already" in shown and "the seat is kept until they go on" in shown
    work()
    assert "Acme keeps a seat for you: Ready for the board" in {one["Subject"] for one in mailbox.to(cast.mia.email)}
    seat = operator.scalar(sa.select(Seat).where(Seat.released_at.is_(None)))
    back = f"/acme/tracks/{track.id}/seats/{seat.id}/removal"
    assert ann.post(back).status_code == 303
    assert ann.post(back).status_code == 409
    operator.refresh(row)
    assert row.seats_used == 0
    assert nominate(ann, track, cast.mia, cast.abe).status_code == 303
    assert mia.post(go_on).status_code == 303
    operator.expire_all()
    seat = operator.scalar(sa.select(Seat).where(Seat.released_at.is_(None)))
    assert (seat.enrolment_id, row.seats_used, one.firm_id) == (one.id, 1, cast.mia.org_id)

    # The network shows the track no more: what the firm pays for keeps its name.
    operator.execute(sa.text("UPDATE board_track SET state = 'draft'"))
    operator.commit()
    assert "Ready for the board" in ann.get(page).text
