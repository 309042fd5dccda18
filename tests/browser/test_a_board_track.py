"""A board track from the subscription to a dossier that was shown, seen once and withdrawn."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from marketplace.config import Settings
from tests.browser.a_board_track import Walk, write_track
from tests.browser.a_year import Year, year_from
from tests.browser.conftest import HOUSE, free_port
from tests.browser.people import Visitor
from tests.cast import Cast
from tests.factories import publish
from tests.marketplace.boards.conftest import SECRET, Payments

pytestmark = pytest.mark.browser


@pytest.fixture
def payments() -> Iterator[Payments]:
    """The stand-in for Stripe, a process of its own."""
    command = [sys.executable, "-m", "dev.stripe", "--port", "0", "--secret", SECRET, "--pause", "0.1"]
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Payments(process.stdout.readline().split()[-1])
        finally:
            process.terminate()


@pytest.fixture
def year(settings: Settings, payments: Payments) -> Iterator[Year]:
    """The product from now on, with a key for payments; the stand-in tells it of everything."""
    keys = {"stripe_secret_key": "sk_test_of_these_tests", "stripe_webhook_secret": SECRET}
    mine = replace(settings, stripe_api_base=payments.home, **keys)
    with year_from(datetime.now(UTC), mine, free_port()) as year:
        payments.control("webhook", address=f"{year.site}/stripe/webhook")
        yield year


@pytest.fixture
def seats(debians_chromium: Browser, year: Year) -> Iterator[tuple[Visitor, Visitor]]:
    """A desk in English and a phone in French; at the end no page may have complained."""
    desk = Visitor(debians_chromium, year.site, "en")
    phone = Visitor(debians_chromium, year.site, "fr", phone=True)
    yield desk, phone
    for visitor in (desk, phone):
        visitor.close()
    assert desk.faults + phone.faults == []


def test_a_board_track_from_its_subscription_to_a_dossier_that_is_shown_and_withdrawn(
    year: Year, payments: Payments, seats: tuple[Visitor, Visitor], cast: Cast, app: Flask, operator: Session
) -> None:
    track = write_track(operator, cast)
    publish(app, cast.max)
    way = Walk(track, year, payments, seats, cast, app, operator)
    way.subscribe_by_card()
    way.subscribe_by_invoice()
    way.pay_the_invoice_and_hear_nothing()
    way.nominate()
    way.agree()
    way.match()
    way.assess()
    way.read_both()
    way.build_a_dossier()
    way.show_it()
    way.withdraw_and_be_gone()
