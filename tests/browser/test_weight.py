"""What the directory costs on the wire, with its fonts, on the first visit and on the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from marketplace.vocabulary import FUNCTIONS, INDUSTRIES, SKILLS
from tenants.organisations.models import Organisation
from tests.browser.people import Visitor
from tests.cast import Cast, make_actor, make_mentor
from tests.factories import publish

pytestmark = pytest.mark.browser

FULL_PAGE = 24


@pytest.fixture
def crowd(people: Cast, operator: Session, app: Flask) -> None:
    """As many mentors as fill a page of the directory and its filters."""
    globex = operator.get_one(Organisation, people.max.org_id)
    bridge = people.ned.org_id
    skills, industries, functions = (
        [slug for slug, _label in vocabulary.choices("en")] for vocabulary in (SKILLS, INDUSTRIES, FUNCTIONS)
    )
    actors = [make_actor(operator, f"person{number}", globex, title="Regional director") for number in range(30)]
    for number, actor in enumerate(actors):
        make_mentor(
            operator,
            actor,
            network_ids=[bridge],
            skills=skills[number : number + 6],
            industries=industries[number % 20 : number % 20 + 2],
            function=functions[number % len(functions)],
            place=f"Town {number}",
        )
    operator.commit()
    for actor in actors:
        publish(app, actor)


def bytes_on_the_wire(page: Page, path: str) -> int:
    """Open ``path`` and add up what came over the network: headers and bodies as sent, compressed."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    received: list[Any] = []
    line.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    expect(page.locator("ul.cards > li")).to_have_count(FULL_PAGE)
    line.detach()
    return int(sum(received))


def test_the_directory_is_light(
    visit: Callable[..., Visitor], people: Cast, crowd: None, language: str, effort: Callable[[str, float, float], None]
):
    before = visit(language)
    before.sign_in(people.mia)
    mia = visit(language)
    mia.context.add_cookies(before.context.cookies())  # type: ignore[arg-type]
    first = bytes_on_the_wire(mia.page, "/acme/mentors/")
    effort(f"first visit of the directory ({language}), bytes", first, 250_000)
    assert first > 20_000, "nothing was measured"
    again = bytes_on_the_wire(mia.page, "/acme/mentors/")
    effort(f"next visit of the directory ({language}), bytes", again, 25_000)
