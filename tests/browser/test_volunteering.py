"""An executive who is invited by a letter publishes a mentor page on the phone; somebody of another firm finds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from marketplace.vocabulary import SKILLS
from tenants.affiliations.models import Role
from tenants.onboarding import commands
from tenants.shared import clock
from tests.browser.conftest import Post
from tests.browser.people import Visitor
from tests.cast import PASSWORD, Cast
from tests.factories import acting

pytestmark = pytest.mark.browser

SENTENCE = {
    "en": "I closed two sites without losing a friend, and opened a third one.",
    "fr": "J’ai fermé deux sites sans perdre un ami, puis j’en ai ouvert un troisième.",
}
STORY = {
    "en": "Twenty-two years in workshops taught me to count the people first and the machines after. Bring me a plan.",
    "fr": "Vingt-deux ans d’atelier m’ont appris à compter les gens d’abord, les machines ensuite. Apportez un plan.",
}


def test_executive_publishes_on_the_phone_and_is_found_at_once(
    visit: Callable[..., Visitor], people: Cast, post: Post, app: Flask, language: str
):
    email = "zelda@globex.example"
    with acting(app, people.gil) as gil:
        commands.invite(acting=gil, email=email, name="Zelda Quist", role=Role.member, locale=language, now=clock.now())

    phone = visit(language, phone=True)
    phone.open(post.link(email))
    phone.check()
    expect(phone.field("Your name, as others here see it")).to_have_value("Zelda Quist")
    phone.field("Choose a password").fill(PASSWORD)
    phone.press(phone.button("Accept and begin"))
    phone.page.wait_for_url("**/globex/mentors/")
    phone.open("/globex/profile/")

    phone.field("Your sentence").fill(SENTENCE[language])
    phone.field("Your position").fill("Industrial director")
    phone.field("Your story").fill(STORY[language])
    skill = SKILLS.label("first_board_seat", language)
    phone.field("Search in: %(label)s", label=phone.word("What I can help with")).fill(skill[:6])
    phone.page.get_by_role("checkbox", name=skill, exact=True).check()
    phone.page.locator("#languages input[value=fr]").check()
    phone.page.locator("#forms input[value=cross_company]").check()
    phone.page.locator("#capacity").get_by_label("2", exact=True).check()
    phone.page.locator("#audience").get_by_label(phone.word("Networks I choose")).check()
    phone.check()
    phone.press(phone.button("Publish my page"))
    phone.sees("Published")
    expect(phone.button("Publish changes")).to_be_visible()
    phone.check()

    mia = visit(language)
    mia.sign_in(people.mia)
    mia.page.get_by_role("searchbox").fill("Zelda")
    expect(mia.link("Zelda Quist")).to_be_visible()
    mia.link("Zelda Quist").click()
    expect(mia.page.get_by_text(SENTENCE[language])).to_be_visible()
