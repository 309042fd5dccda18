"""Somebody who forgot the password chooses another by the link in a letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Post
from tests.browser.people import Visitor
from tests.cast import Cast

pytestmark = pytest.mark.browser


def test_a_new_password_by_letter(visit: Callable[..., Visitor], people: Cast, post: Post, language: str):
    phone = visit(language, phone=True)
    phone.open("/sign-in")
    phone.press(phone.link("I forgot my password"))
    phone.reads_title(phone.word("A new password"))
    phone.check()
    phone.field("E-mail address").fill(people.mia.email)
    phone.press(phone.button("Send me the link"))
    expect(phone.page.locator(".flash")).to_be_visible()
    phone.check()
    phone.open(post.link(people.mia.email))
    phone.check()
    phone.field("New password").fill("the ferry leaves at noon")
    phone.press(phone.button("Set the password"))
    phone.page.wait_for_url("**/sign-in**")
    phone.check()
    phone.field("E-mail address").fill(people.mia.email)
    phone.field("Password").fill("the ferry leaves at noon")
    phone.press(phone.button("Sign in"))
    phone.reads_title(phone.word("Find a mentor in another company"))
