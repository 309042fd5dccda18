"""Mia asks Max, Max answers from the letter on a phone, Mia confirms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Post
from tests.browser.people import Visitor
from tests.cast import Cast

pytestmark = pytest.mark.browser

GOAL = {
    "en": "In March I take over a team of forty people, and I would like to learn how to lead those who know more than I.",
    "fr": "En mars, je prends une équipe de quarante personnes et je voudrais apprendre à diriger ceux qui en savent plus.",
}
WHY = {
    "en": "You went from running a plant to running a whole region, which is the step in front of me.",
    "fr": "Vous êtes passé d’une usine à toute une région : c’est exactement le pas que j’ai devant moi.",
}
BRING = {
    "en": "I come prepared, and I can tell you how your sector looks from ours.",
    "fr": "Je viens préparée, et je peux vous dire comment on voit votre secteur depuis le nôtre.",
}


def write(visitor: Visitor, label: str, text: str) -> None:
    """Type over what stands there."""
    field = visitor.field(label)
    field.click()
    field.select_text()
    visitor.page.keyboard.type(text)


def test_mentee_asks_mentor_answers_on_a_phone_and_both_see_the_mentorship(
    visit: Callable[..., Visitor], people: Cast, post: Post, language: str, effort
):
    mia = visit(language)
    mia.sign_in(people.mia)
    mia.reads_title(mia.word("Find a mentor in another company"))
    mia.check_schemes()

    mia.presses.clear()
    mia.page.get_by_role("searchbox").click()
    mia.page.keyboard.type("Mxa Globex" if language == "en" else "Max Globx")
    found = mia.page.get_by_role("listitem").filter(has=mia.page.get_by_role("link", name="Max Globex", exact=True))
    expect(mia.page.locator("ul.cards > li")).to_have_count(1)
    found.get_by_role("link", name="Max Globex").click()
    mia.reads_title("Max Globex")
    mia.check_schemes()
    mia.link("Ask %(name)s", name="Max").click()
    mia.reads_title(mia.word("Ask %(name)s", name="Max"))
    mia.check_schemes()
    write(mia, "What would you like to work on?", GOAL[language])
    write(mia, "Why this mentor?", WHY[language])
    write(mia, "What do you bring?", BRING[language])
    mia.button("Send to %(name)s", name="Max").click()
    mia.page.wait_for_url("**/acme/requests/*")
    effort(f"directory to sent request ({language}), presses", len(mia.presses), 99)
    mia.check_schemes()

    phone = visit(language, phone=True)
    phone.open(post.link(people.max.email, phone.word("%(name)s asks you to be their mentor", name="Mia Acme")))
    expect(phone.page.get_by_text(GOAL[language])).to_be_visible()
    phone.check_schemes()
    phone.presses.clear()
    phone.press(phone.button("Accept"))
    expect(phone.button("Accept")).to_have_count(0)
    effort(f"letter to mentor's answer ({language}), presses", len(phone.presses), 2)
    phone.check_schemes()

    mia.open(post.link(people.mia.email, mia.word("%(name)s says yes", name="Max Globex")))
    mia.check_schemes()
    mia.button("Confirm").click()
    expect(mia.button("Confirm")).to_have_count(0)

    for somebody, seen, path in ((mia, "Max Globex", "/acme/mentorships/"), (phone, "Mia Acme", "/globex/mentorships/")):
        if somebody is phone:
            phone.sign_in(people.max, path)
        else:
            somebody.open(path)
        somebody.check_schemes()
        somebody.page.get_by_role("main").get_by_role("link").filter(has_text=seen.split()[0]).first.click()
        expect(somebody.page.get_by_role("main")).to_contain_text(seen)
        somebody.check_schemes()
