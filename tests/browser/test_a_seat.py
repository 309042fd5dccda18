"""Max sits on Globex' nomination committee: a seat in his words, who fits and why, a short list, and the record to keep."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.browser.people import Visitor, seat
from tests.cast import Cast
from tests.marketplace.selections.conftest import show
from tests.marketplace.visibility.conftest import seat as name_to_committee

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en"])
def test_a_seat_from_its_words_to_the_record(
    visit: Callable[..., Visitor], people: Cast, language: str, operator: Session, app: Flask
) -> None:
    bridge = people.ned.org_id
    name_to_committee(operator, people.max, people.gil)
    for who, line, levels in (
        (people.mia, "Finance, with an audit", {"finance": 4, "audit_risk": 3}),
        (people.abe, "Plants and their people", {"finance": 2, "people": 4}),
    ):
        show(operator, who, bridge, headline={"en": line, "fr": line}, competencies=levels)
    operator.commit()
    max_ = visit(language)
    seat(max_, app, people.max)
    page = max_.page
    max_.open("/globex/candidates/")
    max_.press(max_.link("Seats to fill"))
    max_.press(max_.link("Describe a seat"))
    max_.field("The seat").fill("Chair of the audit committee")
    page.locator('[name="level_finance"]').select_option("3")
    page.locator('[name="level_audit_risk"]').select_option("2")
    page.locator('[name="must_finance"]').check()
    page.locator('[name="days_a_year"]').fill("20")
    max_.check()
    max_.press(max_.button("Look for candidates"))

    # One fits, and why; the other misses the must, and is found beside the list.
    expect(page.get_by_role("listitem").filter(has_text="Finance, with an audit")).to_contain_text("30 of 30 points")
    expect(page.get_by_text("Plants and their people")).to_have_count(0)
    max_.check()
    max_.press(max_.button("Put on the long list"))
    max_.press(max_.link("Near misses"))
    max_.press(max_.button("Put on the long list"))
    max_.press(max_.link("Record (%(number)d)", number=2))

    first = page.locator("li.panel").filter(has_text="Finance, with an audit")
    max_.press(first.get_by_text(max_.word("Take a step")))
    first.get_by_label(max_.word("Reason")).select_option("meets")
    first.get_by_label(max_.word("In your words")).fill("Both committees are known to this card.")
    max_.press(first.get_by_role("button", name=max_.word("Put down")))
    max_.sees("Both committees are known to this card.")
    max_.check()
    kept = page.request.get(f"{page.url.removesuffix('/record')}/record.csv")
    assert "Short list" in kept.text() and "Plants" not in kept.text()
    max_.press(max_.link("Close the record"))
    max_.press(page.get_by_role("dialog").get_by_role("button", name=max_.word("Close the record")))
    max_.sees("The record is closed. It stays as it is.")
    expect(page.get_by_text(max_.word("Take a step"))).to_have_count(0)
