"""A network designs a programme from a ready template, is told what is amiss, and opens it to its firms."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from marketplace.programmes.modalities import Form
from marketplace.programmes.templates_ready import ready_templates
from tests.browser.people import Visitor
from tests.cast import Cast

pytestmark = pytest.mark.browser


def test_a_network_designs_a_programme_and_opens_it_to_two_firms(
    visit: Callable[..., Visitor], people: Cast, language: str
):
    name = ready_templates()[Form.cross_company].name.text(language)
    ned = visit(language)
    ned.sign_in(people.ned)
    ned.open("/bridge/programmes/")
    ned.link("New programme").click()
    ned.page.locator(".template-card", has_text=name).get_by_role("button").click()
    ned.reads_title(name)
    ned.check()
    aside = ned.page.get_by_role("complementary")
    expect(aside).to_contain_text(ned.word("Nobody takes part yet. Choose the organisations."))
    expect(ned.button("Open the programme")).to_have_count(0)

    ned.page.locator("#mentees-places").fill("26")
    ned.page.locator("#mentors-places").fill("19")
    for quota in ("mentors", "mentees", "balance"):
        ned.page.locator(f"#quota_{quota}").fill("")
    ned.page.locator("#timeline-1-day").fill("300")
    ned.button("Save").click()
    expect(ned.page.get_by_role("alert")).to_contain_text(
        ned.word("A phase begins before the one that it follows. Put the days in order, from the call to the alumni.")
    )
    expect(ned.page.locator("#timeline-1-day")).to_have_value("300")
    ned.check()
    ned.page.locator("#timeline-1-day").fill("-120")
    ned.button("Save").click()
    expect(aside).to_contain_text(re.compile(r"26 .+, 19 places.?: 7 "))

    ned.page.goto(f"{ned.page.url.removesuffix('/design')}/parties")
    ned.button("All member firms").click()
    ned.check()
    ned.page.goto(f"{ned.page.url.removesuffix('/parties')}/design")
    ned.button("Open the programme").click()
    ned.reads_title(ned.word("Programmes"))
    ned.check()

    gus = visit(language, phone=True)
    gus.sign_in(people.gus)
    gus.open("/globex/programmes/")
    expect(gus.page.get_by_role("link", name=name)).to_be_visible()
    gus.check()
