"""Bridge offers a track on its board cohort; Acme and Globex are its member firms. Payments go to the stand-in, over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from datetime import date
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_server

from marketplace.boards.models import BoardTrack, TrackState
from marketplace.programmes.modalities import Condition, Form, Phase, SideRules, Words
from tests.factories import NOW, make_cohort, make_programme

ROOT = Path(__file__).resolve().parents[3]
SECRET = "whsec_of_these_tests"

MENTORS = SideRules(
    eligibility=(
        Condition(on="seniority", any_of=("executive", "board")),
        Condition(on="statement", statement=Words(en="I come myself.", fr="Je viens moi-même.")),
    )
)
DETAILS = {
    "seats": "2",
    "collection": "invoice",
    "legal_entity": "Acme SA",
    "address_line": "1 rue de la Gare",
    "postal_code": "69002",
    "city": "Lyon",
    "country": "FR",
    "vat_number": "FR 12 345678901",
    "billing_email": "invoices@acme.example",
    "purchase_order": "PO-77",
}


class Payments:
    """The stand-in's switches, and what a person does on its pages."""

    def __init__(self, home):
        self.home = home
        self.product = ""

    def control(self, what, **given):
        data = urllib.parse.urlencode(given).encode()
        with urllib.request.urlopen(f"{self.home}/_control/{what}", data, timeout=20) as answer:
            return json.load(answer)

    def settle(self):
        """Until every event has come, or is lost or held."""
        with urllib.request.urlopen(f"{self.home}/_control/wait?seconds=10", timeout=20):
            pass

    def pay(self, page, number="4242424242424242", to="payment", **more):
        """Type a card's number (or an IBAN) on a payment page."""
        data = {"means": "card", "number": number, "expires": "12/40", "code": "123"} | more
        return requests.post(f"{page}/{to}", data=data, allow_redirects=False, timeout=20).status_code


@pytest.fixture(scope="session")
def _standin():
    process = subprocess.Popen(
        [sys.executable, "-m", "dev.stripe", "--port", "0", "--secret", SECRET, "--pause", "0.1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    home = process.stdout.readline().split()[-1]
    yield home
    process.terminate()
    process.wait(10)


@pytest.fixture
def payments(_standin, app, worker_app, operator_app, monkeypatch):
    """The product with a key, and the stand-in that tells it of everything."""
    for one in (app, worker_app, operator_app):
        monkeypatch.setitem(one.config, "STRIPE_SECRET_KEY", "sk_test_of_these_tests")
        monkeypatch.setitem(one.config, "STRIPE_WEBHOOK_SECRET", SECRET)
        monkeypatch.setitem(one.config, "STRIPE_API_BASE", _standin)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    world = Payments(_standin)
    world.control("clear")
    world.product = f"http://127.0.0.1:{server.server_port}"
    world.control("webhook", address=f"{world.product}/stripe/webhook")
    yield world
    world.control("clear")
    server.shutdown()
    thread.join(10)


@pytest.fixture
def cohort(operator, cast):
    programme = make_programme(
        operator, cast.ned, cast.max, form=Form.board, mentors=MENTORS, cadence="three_times_a_year"
    )
    made = make_cohort(operator, programme, opened=Phase.nomination)
    operator.commit()
    return made


@pytest.fixture
def track(operator, cast, cohort):
    made = BoardTrack(
        org_id=cohort.org_id,
        cohort_id=cohort.id,
        slug="ready",
        name_en="Ready for the board",
        name_fr="Prêtes pour le conseil",
        contents_en="- Six workshops",
        price_cents=240_000,
        currency="eur",
        starts_on=date(2027, 1, 11),
        ends_on=date(2028, 1, 11),
        seats_total=6,
        is_public=True,
        state=TrackState.open,
        created_by_id=cast.ned.person_id,
        created_at=NOW,
        updated_at=NOW,
    )
    operator.add(made)
    operator.commit()
    return made
