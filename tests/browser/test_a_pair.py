"""On a phone, from the pair's home: a goal with a step, a message, a file; then the other one reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.browser.people import Visitor
from tests.browser.test_every_page import seat
from tests.cast import Cast
from tests.contracts.scene import set_scene

pytestmark = pytest.mark.browser

WORDS = {
    "en": ("Decide with figures I can trust", "Ask for the March report", "Could we look at it on Friday?"),
    "fr": ("Décider avec des chiffres fiables", "Demander le rapport de mars", "Peut-on le regarder vendredi ?"),
}


def test_a_goal_a_message_and_a_file_from_the_phone(
    visit: Callable[..., Visitor], people: Cast, operator: Session, app: Flask, language: str, tmp_path: Path
):
    scene = set_scene(operator, people)
    title, step, message = WORDS[language]
    gus = visit(language, phone=True)
    seat(gus, app, people.gus)
    home = f"/globex/mentorships/{scene.mentorship_id}"

    gus.open(home)
    gus.check()
    gus.press(gus.link("All goals"))
    gus.press(gus.link("Set a goal"))
    gus.field("What do you want to reach?").fill(title)
    gus.press(gus.button("Set the goal"))
    gus.reads_title(title)
    gus.field("Next step").fill(step)
    gus.press(gus.button("Add the step"))
    gus.press(gus.page.get_by_role("button", name=step, exact=True))
    expect(gus.page.get_by_role("button", name=step, exact=True)).to_have_attribute("aria-pressed", "true")
    expect(gus.page.get_by_role("img")).to_be_visible()
    gus.check()

    gus.open(home)
    gus.press(gus.link("Write to %(name)s", name="Abe"))
    gus.field("Your message").fill(message)
    gus.press(gus.button("Send to %(name)s", name="Abe"))
    expect(gus.page.get_by_role("main")).to_contain_text(message)
    gus.check()

    report = tmp_path / "report.csv"
    report.write_text("month;figure\nMarch;12\n")
    gus.open(home)
    gus.press(gus.page.get_by_role("link", name=gus.word("All files"), exact=True))
    gus.field("File").set_input_files(report)
    gus.press(gus.button("Add the file"))
    expect(gus.page.get_by_role("main")).to_contain_text("report.csv")
    gus.check()

    abe = visit(language)
    seat(abe, app, people.abe)
    abe.open(f"/acme/mentorships/{scene.mentorship_id}")
    expect(abe.page.get_by_role("main")).to_contain_text(title)
    abe.check()
    with abe.page.expect_response(lambda answer: answer.url.endswith("/messages/reading")) as read:
        abe.press(abe.link("Read and answer"))
    assert read.value.status == 204
    expect(abe.page.get_by_role("main")).to_contain_text(message)
    abe.open(f"/acme/mentorships/{scene.mentorship_id}/files")
    with abe.page.expect_download() as kept:
        abe.press(abe.page.get_by_role("link", name="report.csv"))
    assert kept.value.suggested_filename == "report.csv"
