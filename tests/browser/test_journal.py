"""Mia writes for herself on her phone: begins with a question, mends, throws away and takes it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.people import Visitor
from tests.cast import Cast

pytestmark = pytest.mark.browser

FIRST = {"en": "I nodded, and understood nothing.", "fr": "J’ai hoché la tête, et je n’ai rien compris."}
MENDED = {"en": "I asked. It took a minute.", "fr": "J’ai demandé. Cela a pris une minute."}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripted", "plain"])
def test_a_journal_on_a_phone(visit: Callable[..., Visitor], people: Cast, language: str, scripts: bool):
    mia = visit(language, phone=True, scripts=scripts)
    mia.sign_in(people.mia, then="/acme/journal/")
    mia.sees("Nothing written yet")
    if scripts:
        mia.check()
    mia.press(mia.link("Write the first entry"))
    question = mia.word("What did I not say, and what kept me from it?")
    mia.field("A question to begin with").select_option(label=question)
    mia.field("Your words").fill(FIRST[language])
    if scripts:
        mia.check()
    mia.press(mia.button("Keep"))
    mia.sees("Your words are kept.")
    main = mia.page.get_by_role("main")
    expect(main).to_contain_text(question)
    expect(main).to_contain_text(FIRST[language])
    mia.press(main.get_by_role("link").filter(has_text=mia.word("Change")))
    mia.field("Your words").fill(MENDED[language])
    mia.press(mia.button("Keep"))
    expect(main).to_contain_text(MENDED[language])
    if scripts:
        mia.check()
    mia.press(main.get_by_role("link").filter(has_text=mia.word("Change")))
    mia.press(mia.button("Delete this entry"))
    mia.sees("Nothing written yet")
    mia.press(mia.button("Undo"))
    expect(main).to_contain_text(MENDED[language])
