"""A network publishes its agreement and invites a firm by an address; its HR partner does the rest on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Post, in_one
from tests.browser.people import Visitor
from tests.cast import Cast

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", in_one("fr"))
def test_a_firm_is_invited_and_walks_through_its_welcome_on_a_phone(
    visit: Callable[..., Visitor], people: Cast, post: Post, language: str
):
    ned = visit(language)
    ned.sign_in(people.ned)
    steps.publish_agreement_and_invite_firm(ned, "bridge", "vera@lindis.example")

    vera = visit(language, phone=True)
    steps.make_account(vera, post.link("vera@lindis.example"), name="Vera Lund")
    vera.page.wait_for_url("**/welcome/name")
    vera.check()
    vera.field("Name of the firm").fill("Lindis")
    vera.field("Accent colour").fill("#ffd500")
    vera.press(vera.button("Save and go on"))
    offered = vera.page.locator("button[name=accent_offered]")
    expect(offered).to_be_visible()
    vera.check()
    vera.press(offered)

    vera.page.wait_for_url("**/lindis/welcome/languages")
    vera.check()
    vera.press(vera.button("Save and go on"))

    vera.page.wait_for_url("**/lindis/welcome/domains")
    vera.field("Domain").fill("lindis.example")
    vera.press(vera.button("Add the domain"))
    vera.page.wait_for_url(re.compile(r"/lindis/domains/\d+"))
    vera.check()
    vera.press(vera.button("Send the code"))
    vera.sees("Code from the letter")
    letter = post.letter(
        "vera@lindis.example", vera.word("A code for an e-mail domain of %(organisation)s", organisation="Lindis")
    )
    body = letter.get_body(("plain",))
    assert body is not None
    code = re.search(r"Code\s*: ([2-9a-z]{4} [2-9a-z]{4})\b", body.get_content())
    assert code, body.get_content()
    vera.field("Code from the letter").fill(code[1])
    vera.press(vera.button("Prove the domain"))
    vera.page.wait_for_url("**/lindis/welcome/domains")
    vera.sees("Proved by letter")
    vera.check()

    # Away, and back another time: the welcome takes up where it was.
    vera.open("/workspaces/")
    vera.page.wait_for_url("**/lindis/welcome/domains")
    vera.press(vera.button("Go on"))

    vera.page.wait_for_url("**/lindis/welcome/approval")
    vera.check()
    vera.press(vera.page.get_by_text(vera.word("As each programme says"), exact=True))
    vera.press(vera.button("Save and go on"))
    vera.page.wait_for_url("**/lindis/welcome/marketplace")
    vera.check()
    vera.press(vera.button("Skip for now"))

    steps.accept_agreement(vera, "lindis")
    vera.press(vera.button("Go on"))

    vera.page.wait_for_url("**/lindis/welcome/conflicts")
    vera.check()
    vera.press(vera.button("We have none"))
    vera.page.wait_for_url("**/lindis/welcome/people")
    vera.check()
    vera.press(vera.button("Done for now"))
    vera.page.wait_for_url("**/lindis/welcome/end")
    vera.check()
    vera.press(vera.button("Put the welcome away"))
    vera.page.wait_for_url("**/lindis/people/")

    ned.open("/bridge/firms/")
    row = ned.page.get_by_role("row").filter(has_text="Lindis")
    expect(row).to_contain_text(ned.word("No people invited yet"))
    ned.page.get_by_role("link", name="Lindis", exact=True).click()
    ned.sees("Agreement accepted")
    expect(ned.page.get_by_text("Vera Lund, HR")).to_be_visible()
    ned.check()
