"""What is held about somebody is theirs: they take it along, or have it erased and change their mind."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Post
from tests.browser.people import Visitor
from tests.cast import Cast

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
MY_DATA = "/account/privacy/"


@pytest.mark.parametrize("language", ["en"])
def test_everything_about_me_is_put_together_and_taken_along(
    visit: Visit, people: Cast, post: Post, language: str, tmp_path: Path
):
    max_ = visit(language)
    max_.sign_in(people.max, MY_DATA)
    max_.reads_title(max_.word("My data"))
    max_.check()
    max_.button("Put my data together").click()
    post.letter(people.max.email, max_.word("Your data is ready to download"))
    # The page has waited for it, without being opened anew.
    expect(max_.link("Download my data")).to_be_visible()
    max_.check()
    with max_.page.expect_download() as coming:
        max_.link("Download my data").click()
    archive = tmp_path / "mine.zip"
    coming.value.save_as(archive)
    with zipfile.ZipFile(archive) as file:
        names = file.namelist()
        assert json.loads(file.read("data.json"))
        assert [name for name in names if name.endswith(".pdf") and file.read(name).startswith(b"%PDF-")]
        assert people.max.name in file.read("data.json").decode()


@pytest.mark.parametrize("language", ["fr"])
def test_a_mentor_asks_to_be_erased_and_changes_their_mind_by_the_letter(
    visit: Visit, people: Cast, post: Post, language: str
):
    mia, phone = visit(language), visit(language, phone=True)
    mia.sign_in(people.mia, "/acme/mentors/")
    expect(mia.person("Max Globex")).to_be_visible()
    phone.sign_in(people.max, MY_DATA)
    phone.press(phone.link("What would be erased"))
    phone.reads_title(phone.word("Erase my account"))
    phone.check()
    phone.press(phone.button("Erase my account in seven days"))
    expect(phone.button("Keep my account")).to_be_visible()
    phone.check()
    mia.open("/acme/mentors/")
    mia.reads_title(mia.word("Find a mentor in another company"))
    expect(mia.person("Max Globex")).to_have_count(0)

    # The letter's button needs no sign-in: it may be somebody who did not ask.
    elsewhere = visit(language)
    elsewhere.open(post.link(people.max.email, phone.word("Your account will be erased")))
    elsewhere.check()
    elsewhere.button("Keep my account").click()
    elsewhere.reads_title(elsewhere.word("Your account stays"))
    elsewhere.check()
    mia.open("/acme/mentors/")
    expect(mia.person("Max Globex")).to_be_visible()
    phone.open(MY_DATA)
    expect(phone.link("What would be erased")).to_be_visible()
