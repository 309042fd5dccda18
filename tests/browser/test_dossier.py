"""Mia writes her board dossier, sees her card grow beside it, is asked about her own name, publishes, and prints the card."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from marketplace.programmes.modalities import Form, Side
from tests.browser.people import Visitor
from tests.cast import Cast
from tests.factories import enrol, make_cohort, make_programme

pytestmark = pytest.mark.browser

BASE = "/acme/dossier/bridge"


def test_a_dossier_from_the_first_word_to_the_paper(
    visit: Callable[..., Visitor], people: Cast, language: str, operator: Session
):
    programme = make_programme(operator, people.ned, people.mia, people.max, form=Form.board)
    enrol(operator, make_cohort(operator, programme), people.mia, Side.mentee)
    operator.commit()
    mia = visit(language)
    mia.sign_in(people.mia, then=BASE)
    page = mia.page

    def write(name: str, words: str) -> None:
        page.locator(f'[name="{name}"]').fill(words)

    write(f"headline.{language}", "Operations")
    write(f"proposition.{language}", "I close plants and keep the people.")
    write("positions-0-organisation", "Corbeau")
    write(f"positions-0-title_{language}", "Head of plant")
    page.locator('[name="spoken-0-language"]').select_option("fr")
    page.locator('[name="spoken-0-level"]').select_option("first")
    write(f"card_headline.{language}", "Operations in a group")
    write(f"card_proposition.{language}", "Mia closes plants.")
    # Kept by itself, and the card beside the sheet says it.
    expect(page.locator("#side .live")).to_contain_text("Mia closes plants.")
    mia.check()
    mia.press(mia.button("Publish"))
    expect(page.locator("#telling")).to_contain_text("Mia")
    mia.check()
    write(f"card_proposition.{language}", "Closes plants.")
    mia.press(mia.button("Publish"))
    mia.sees("The published version says what stands here.")
    mia.press(mia.link("See it as others would"))
    expect(page.get_by_role("main")).to_contain_text("I close plants and keep the people.")
    mia.check()
    paper = page.request.get(f"{page.url.split('/acme/')[0]}{BASE}/papers/card/{language}")
    assert paper.status in {200, 202}
