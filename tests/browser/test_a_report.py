"""A cohort of two firms comes to its evaluated end: the review, the report in both languages, and whoever attacks it by hand."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import combinations, product
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from marketplace.evaluation import commands
from marketplace.evaluation.models import Gender
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort
from tenants import walls
from tenants.shared.database import db
from tests.browser.conftest import Post
from tests.browser.people import Visitor, seat
from tests.cast import Cast
from tests.factories import make_cohort, make_programme
from tests.marketplace.evaluation.conftest import add_person

pytestmark = pytest.mark.browser

LATER = datetime(2026, 10, 12, tzinfo=UTC)
FIGURE = re.compile(r"^\d+$")


@pytest.fixture
def cohort(people: Cast, operator: Session, worker_app: Flask) -> Cohort:
    """Acme sends 30 and Globex 20; figures were drawn twice, with one woman more in between, and one firm has one woman."""
    made = make_cohort(
        operator, make_programme(operator, people.ned, people.mia, people.max), launch_on=date(2026, 9, 15)
    )
    for gender, number in ((Gender.woman, 16), (Gender.man, 12), (None, 2)):
        for _one in range(number):
            add_person(operator, made, people.mia, gender)
    for gender, number in ((Gender.woman, 1), (Gender.man, 19)):
        for _one in range(number):
            add_person(operator, made, people.max, gender)
    for _one in range(8):
        add_person(operator, made, people.max, None, side=Side.mentor)
    operator.commit()
    _draw(worker_app, people, date(2026, 10, 1))
    add_person(operator, made, people.mia, Gender.woman, enrolled_at=LATER, created_at=LATER)
    operator.commit()
    _draw(worker_app, people, date(2026, 11, 1))
    return made


def _draw(worker_app: Flask, people: Cast, on: date) -> None:
    with worker_app.app_context():
        walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": people.ned.org_id}))
        commands.draw_figures(on=on, now=datetime(on.year, on.month, 3, 4, 20, tzinfo=UTC))


@pytest.mark.parametrize("language", ["en"])
def test_a_cohort_is_closed_told_and_attacked(
    visit: Callable[..., Visitor], app: Flask, people: Cast, cohort: Cohort, post: Post, language: str
) -> None:
    ned = visit(language)
    seat(ned, app, people.ned)
    page, base = ned.page, f"/bridge/cohorts/{cohort.id}"
    ned.open(f"{base}/closing")
    ned.check()
    ned.link("Write the review").click()
    ned.link("Months a mentorship lasts").click()
    page.get_by_label(ned.word("Change it next time")).check()
    ned.field("Why?").fill("Most pairs were only warming up.")
    page.locator("#number").fill("15")
    page.get_by_label(ned.word("Propose this for the next cohort")).check()
    ned.check()
    ned.button("Keep this lesson").click()
    ned.sees("Next time: %(value)s", value=15)
    ned.check()

    ned.open(f"{base}/closing")
    ned.button("Close it").click()
    ned.sees("The cohort is closed. Everybody gets a letter.")
    page.goto(post.link(people.ned.email, ned.word("Your report is ready")))
    expect(page.get_by_role("heading", name=ned.word("Women and men"))).to_be_visible()
    page.screenshot(path="var/report.png", full_page=True)
    ned.check()

    for spoken, about in (("en", "Who it was for"), ("fr", "À qui il s’adressait")):
        for kind in ("report", "evidence"):
            paper = page.request.get(f"{ned.site}{base}/report/{kind}-{spoken}.pdf")
            assert paper.status == 200 and paper.body().startswith(b"%PDF")
        ned.open(f"{base}/report/slides-{spoken}")
        expect(page.get_by_role("heading", name=about)).to_be_attached()
        for _slide in range(2):
            page.keyboard.press("ArrowRight")
        expect(page.locator("#timeline")).to_be_focused()
        page.keyboard.press("Home")
        expect(page.locator("#title")).to_be_focused()
    page.screenshot(path="var/slide.png")
    assert page.pdf(print_background=True).startswith(b"%PDF")

    shown = set(_everything(ned, base))
    assert {what for what, _number in shown} >= {"people", "women"} and min(number for _what, number in shown) >= 5
    for (what, one), (of, other) in combinations(sorted(shown), 2):
        assert what != of or abs(one - other) >= 5, (what, one, other)

    page.goto(f"{ned.site}/bridge/programmes/{cohort.programme_id}/design")
    page.screenshot(path="var/design.png", full_page=True)
    ned.sees("Changed last time because: Most pairs were only warming up.")
    ned.link("Put this in the sheet: %(value)s", value=15).click()
    expect(ned.field("Months a mentorship lasts")).to_have_value("15")
    ned.check()


def _everything(visitor: Visitor, base: str) -> Iterator[tuple[str, int]]:
    """Every count of mentees that any page, date, filter or file gives away: filters are typed into the address."""

    def fetched(path: str) -> Any:
        answer = visitor.page.request.get(f"{visitor.site}{path}")
        assert answer.status == 200, path
        return answer.text()

    figures = json.loads(fetched(f"{base}/report/figures.json"))["figures"]
    for one in figures:
        if one["state"] == "shown" and one["side"] == "mentee":
            yield "people", one["behind"]
            if one["figure"].endswith("_women"):
                yield "women", round(one["value"] * one["behind"])
    visitor.open("/bridge/reports/equity")
    firms = visitor.page.locator("select[name=firm] option").evaluate_all("all => all.map(one => one.value)")
    days = visitor.page.locator("select[name=on] option").evaluate_all("all => all.map(one => one.value)")
    cohorts = visitor.page.locator("select[name=cohort] option").evaluate_all("all => all.map(one => one.value)")
    assert len(days) == 2 and len(firms) == 3
    for firm, day, cohort in product(firms, days, cohorts):
        lines = fetched(f"/bridge/reports/equity.csv?side=mentee&firm={firm}&on={day}&cohort={cohort}").splitlines()[1:]
        for line in csv.reader(lines):
            for what, cell in zip(("people", "women", "men", "others"), line[2:6], strict=True):
                if FIGURE.match(cell):
                    yield what, int(cell)
