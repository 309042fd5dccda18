"""A network takes a firm in; its administrator comes by letter, invites, and keeps a competitor apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Post, in_one
from tests.browser.people import Visitor
from tests.cast import Cast

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", in_one("en"))
def test_network_takes_in_a_firm_that_invites_and_declares_a_conflict(
    visit: Callable[..., Visitor], people: Cast, post: Post, language: str
):
    ned = visit(language)
    ned.sign_in(people.ned)
    ned.reads_title(ned.word("Member firms"))
    ned.check()
    ned.link("Take in a firm").click()
    ned.page.get_by_text(ned.word("Or set the firm up yourself, and hand it over")).click()
    ned.field("Name of the firm").fill("Lindis")
    ned.field("Name of its first administrator").fill("Vera Lund")
    ned.field("Their work e-mail").fill("vera@lindis.example")
    ned.field("Their language").select_option(language)
    ned.check()
    ned.button("Take in and invite").click()
    ned.reads_title(ned.word("Member firms"))
    expect(ned.page.get_by_role("row").filter(has_text="Lindis")).to_be_visible()
    ned.check()

    vera = visit(language)
    steps.make_account(vera, post.link("vera@lindis.example"))
    vera.page.wait_for_url("**/lindis/**")

    vera.open("/lindis/people/")
    vera.check()
    vera.link("Invite somebody").first.click()
    vera.page.wait_for_url("**/lindis/people/invitations/new")
    steps.invite_person(vera, "lindis", "Noor Vik", "noor@lindis.example")
    vera.check()
    assert "/invitations/" in post.link("noor@lindis.example")

    vera.open("/lindis/mentors/")
    expect(vera.person("Max Globex")).to_be_visible()
    expect(vera.person("Abe Acme")).to_be_visible()
    steps.declare_conflict(vera, "lindis", "Globex")
    vera.open("/lindis/mentors/")
    expect(vera.person("Abe Acme")).to_be_visible()
    expect(vera.person("Max Globex")).to_have_count(0)
    assert vera.page.goto(f"/lindis/mentors/{people.max.mentor_id}").status == 404

    ned.open("/bridge/firms/")
    expect(ned.page.get_by_role("row").filter(has_text="Lindis")).to_be_visible()
    expect(ned.page.get_by_role("main")).not_to_contain_text("Noor")
