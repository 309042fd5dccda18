"""Mia asks Max, Max answers from the letter on a phone, Mia confirms: by mouse, by keys, without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from marketplace.mentors.models import MenteeProfile
from tests.browser.conftest import Post
from tests.browser.people import Visitor
from tests.browser.steps import BRING, GOAL, WHY, confirm_match
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
Effort = Callable[[str, float, float], None]

TYPED = {"en": "Max Glboex", "fr": "Max Globx"}


def answer_on_the_phone(visit: Visit, people: Cast, post: Post, language: str) -> Visitor:
    """Max's phone, on the page that the letter's button opens."""
    phone = visit(language, phone=True)
    phone.open(post.link(people.max.email, phone.word("%(name)s asks you to be their mentor", name="Mia Acme")))
    expect(phone.page.get_by_text(WHY[language])).to_be_visible()
    return phone


def letter_of_acceptance(mia: Visitor, people: Cast, post: Post) -> str:
    return post.link(people.mia.email, mia.word("%(name)s says yes", name="Max Globex"))


def opens_the_mentorship(visitor: Visitor, path: str, other: str) -> None:
    visitor.open(path)
    main = visitor.page.get_by_role("main")
    main.get_by_role("link").filter(has_text=other.split()[0]).first.click()
    expect(main).to_contain_text(other)


def test_mentee_asks_mentor_answers_on_a_phone_and_both_see_the_mentorship(
    visit: Visit, people: Cast, post: Post, language: str, effort: Effort
):
    mia = visit(language)
    mia.sign_in(people.mia)
    mia.reads_title(mia.word("Find a mentor in another company"))

    mia.presses.clear()
    mia.page.get_by_role("searchbox").click()
    mia.page.keyboard.type(TYPED[language])
    expect(mia.page.locator("ul.cards > li")).to_have_count(1)
    mia.check()
    mia.person("Max Globex").click()
    mia.reads_title("Max Globex")
    mia.check()
    mia.link("Ask %(name)s", name="Max").click()
    mia.reads_title(mia.word("Ask %(name)s", name="Max"))
    mia.field("What would you like to work on?").click()
    mia.page.keyboard.press("Control+A")
    mia.page.keyboard.type(GOAL[language])
    mia.page.keyboard.press("Tab")
    mia.page.keyboard.type(WHY[language])
    mia.page.keyboard.press("Tab")
    mia.page.keyboard.type(BRING[language])
    expect(mia.page.locator("#ask [data-saved-state]")).to_have_attribute("data-state", "saved")
    mia.check()
    mia.button("Send to %(name)s", name="Max").click()
    mia.page.wait_for_url("**/acme/requests/*")
    mia.check()

    phone = answer_on_the_phone(visit, people, post, language)
    phone.check()
    phone.presses.clear()
    phone.press(phone.button("Accept"))
    expect(phone.button("Accept")).to_have_count(0)
    effort(f"letter to the mentor’s yes ({language}), presses", len(phone.presses), 2)
    phone.check()

    mia.open(letter_of_acceptance(mia, people, post))
    mia.check()
    mia.button("Confirm").click()
    expect(mia.button("Confirm")).to_have_count(0)
    mia.check()

    opens_the_mentorship(mia, "/acme/mentorships/", "Max Globex")
    mia.check()
    phone.sign_in(people.max, "/globex/mentorships/")
    opens_the_mentorship(phone, "/globex/mentorships/", "Mia Acme")
    phone.check()


@pytest.mark.parametrize("prepared", [False, True], ids=["picked from the list", "searched, with goals written before"])
def test_a_request_takes_at_most_six_presses(
    visit: Visit, people: Cast, operator: Session, language: str, effort: Effort, prepared: bool
):
    """Either the mentee picks a card and writes three answers, or has said before what she looks for and searches."""
    operator.execute(
        sa.update(MenteeProfile).values(
            seeking=GOAL[language] if prepared else "", experience=BRING[language] if prepared else ""
        )
    )
    operator.commit()
    mia = visit(language)
    mia.sign_in(people.mia)
    mia.reads_title(mia.word("Find a mentor in another company"))
    mia.presses.clear()
    if prepared:
        mia.page.get_by_role("searchbox").click()
        mia.page.keyboard.type("Max")
        expect(mia.page.locator("ul.cards > li")).to_have_count(1)
    mia.person("Max Globex").click()
    mia.link("Ask %(name)s", name="Max").click()
    if prepared:
        mia.field("Why this mentor?").click()
        mia.page.keyboard.type(WHY[language])
    else:
        mia.field("What would you like to work on?").click()
        for answer in (GOAL, WHY):
            mia.page.keyboard.type(answer[language])
            mia.page.keyboard.press("Tab")
        mia.page.keyboard.type(BRING[language])
    mia.button("Send to %(name)s", name="Max").click()
    mia.page.wait_for_url("**/acme/requests/*")
    how = "searched, goals written before" if prepared else "picked from the list"
    effort(f"directory to sent request ({language}, {how}), presses", len(mia.presses), 6)


def test_a_request_is_sent_by_keys_alone(visit: Visit, people: Cast, language: str):
    mia = visit(language)
    keys = mia.page.keyboard
    mia.open("/sign-in")
    mia.tab_to(mia.field("E-mail address"))
    keys.type(people.mia.email)
    mia.tab_to(mia.field("Password"))
    keys.type(PASSWORD)
    keys.press("Enter")
    mia.reads_title(mia.word("Find a mentor in another company"))

    keys.press("Tab")
    expect(mia.link("Skip to the content")).to_be_focused()
    keys.press("Enter")
    mia.tab_to(mia.page.get_by_role("searchbox"))
    keys.type(TYPED[language])
    expect(mia.page.locator("ul.cards > li")).to_have_count(1)
    mia.tab_to(mia.person("Max Globex"))
    keys.press("Enter")
    mia.reads_title("Max Globex")
    mia.tab_to(mia.link("Ask %(name)s", name="Max"))
    keys.press("Enter")
    for label, answer in (
        ("What would you like to work on?", GOAL),
        ("Why this mentor?", WHY),
        ("What do you bring?", BRING),
    ):
        mia.tab_to(mia.field(label))
        keys.press("Control+A")
        keys.type(answer[language])
    mia.tab_to(mia.button("Send to %(name)s", name="Max"))
    keys.press("Enter")
    mia.page.wait_for_url("**/acme/requests/*")
    assert "press" not in mia.presses, "the mouse was used"


def test_search_ask_answer_and_confirm_without_scripts(visit: Visit, people: Cast, post: Post, language: str):
    mia = visit(language, scripts=False)
    mia.sign_in(people.mia)
    mia.page.get_by_role("searchbox").fill(TYPED[language])
    mia.button("Search").click()
    expect(mia.page.locator("ul.cards > li")).to_have_count(1)
    mia.person("Max Globex").click()
    mia.link("Ask %(name)s", name="Max").click()
    mia.field("What would you like to work on?").fill(GOAL[language])
    mia.field("Why this mentor?").fill("?")
    mia.field("What do you bring?").fill(BRING[language])
    mia.button("Send to %(name)s", name="Max").click()
    expect(mia.page.get_by_role("alert")).to_be_visible()
    expect(mia.field("What would you like to work on?")).to_have_value(GOAL[language])
    mia.field("Why this mentor?").fill(WHY[language])
    mia.button("Send to %(name)s", name="Max").click()
    mia.page.wait_for_url("**/acme/requests/*")

    max_ = visit(language, scripts=False, phone=True)
    max_.open(post.link(people.max.email, max_.word("%(name)s asks you to be their mentor", name="Mia Acme")))
    max_.press(max_.button("Accept"))
    expect(max_.button("Accept")).to_have_count(0)

    confirm_match(mia, letter_of_acceptance(mia, people, post))
    opens_the_mentorship(mia, "/acme/mentorships/", "Max Globex")
