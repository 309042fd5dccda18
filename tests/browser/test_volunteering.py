"""An executive who is invited by a letter publishes a mentor page on the phone; somebody of another firm finds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Post
from tests.browser.people import Visitor
from tests.cast import Cast

pytestmark = pytest.mark.browser


def test_executive_publishes_on_the_phone_and_is_found_at_once(
    visit: Callable[..., Visitor], people: Cast, post: Post, language: str
):
    email = "zelda@globex.example"
    gil = visit(language)
    gil.sign_in(people.gil)
    steps.invite_person(gil, "globex", "Zelda Quist", email)

    phone = visit(language, phone=True)
    steps.make_account(phone, post.link(email), known_as="Zelda Quist")
    phone.page.wait_for_url("**/globex/mentors/")
    steps.publish_mentor_page(phone, "globex")

    mia = visit(language)
    mia.sign_in(people.mia)
    steps.find_mentor(mia, "acme", "Zelda Quist")
    expect(mia.page.get_by_text(steps.SENTENCE[language])).to_be_visible()

    phone.open(post.link(email, phone.word("Your mentor page is published"), to="letters/subscriptions/"))
    phone.check()
