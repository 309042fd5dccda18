"""An executive who is invited by a letter publishes a mentor page on the phone; somebody of another firm finds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from marketplace.vocabulary import SKILLS
from tests.browser.conftest import Post
from tests.browser.people import Visitor
from tests.cast import PASSWORD, Cast

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
    visit: Callable[..., Visitor], people: Cast, post: Post, language: str
):
    email = "zelda@globex.example"
    gil = visit(language)
    gil.sign_in(people.gil, "/globex/people/invitations/new")
    gil.field("Name").fill("Zelda Quist")
    gil.field("Work e-mail").fill(email)
    gil.field("Language of the invitation").select_option(language)
    gil.button("Send the invitation").click()
    gil.page.wait_for_url("**/globex/people/")

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
    expect(mia.person("Zelda Quist")).to_be_visible()
    mia.person("Zelda Quist").click()
    expect(mia.page.get_by_text(SENTENCE[language])).to_be_visible()

    phone.open(post.link(email, phone.word("Your mentor page is published"), to="letters/subscriptions/"))
    phone.check()
