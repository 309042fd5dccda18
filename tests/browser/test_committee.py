"""A committee of two at its bench: pinned, kept apart, who is left and why, publishing, the firms’ yes, a no, the next best."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from marketplace.programmes.modalities import Phase, Side
from marketplace.requests.models import MentoringRequest
from tenants.accounts.models import Account, Person
from tenants.affiliations.models import Role
from tenants.organisations.models import Organisation
from tests.browser.conftest import Post
from tests.browser.people import Visitor, seat
from tests.cast import Cast, make_actor, make_mentor
from tests.factories import enrol, make_cohort, make_programme, publish

pytestmark = pytest.mark.browser


@pytest.fixture
def bench(app: Flask, people: Cast, operator: Session, hashed_password: str, language: str) -> str:
    """Where the committee of Bridge works: two of Acme and one of Bridge's look for a mentor, Max and Gus have one place each."""
    bridge, acme = (operator.get(Organisation, people[name].org_id) for name in ("ned", "mia"))
    assert bridge is not None and acme is not None
    people["nell"] = make_actor(operator, "nell", bridge, Role.network_admin)
    people["pia"] = make_actor(operator, "pia", acme)
    for name in ("nell", "pia"):
        account, person = (operator.get(kind, people[name].person_id) for kind in (Account, Person))
        assert account is not None and person is not None
        account.password, person.locale = hashed_password, language
    make_mentor(operator, people.gus, network_ids=[people.ned.org_id], skills=["negotiation"], languages=["en"])
    operator.commit()
    publish(app, people.gus)
    programme = make_programme(operator, people.ned, people.mia, people.max, firms_say_yes=True)
    cohort = make_cohort(operator, programme, opened=Phase.matching)
    for name, side in (("mia", Side.mentee), ("ann", Side.mentee), ("pia", Side.mentee), ("max", Side.mentor)):
        enrol(operator, cohort, people[name], side, places=1)
    enrol(operator, cohort, people.gus, Side.mentor, places=1)
    operator.commit()
    return f"/bridge/cohorts/{cohort.id}/matching"


@pytest.mark.parametrize("language", ["fr"])
def test_a_committee_of_two_pins_parts_publishes_and_sees_the_next_best_asked_after_a_no(
    app: Flask, visit: Callable[..., Visitor], people: Cast, bench: str, post: Post, operator: Session, language: str
) -> None:
    ned, nell = visit(language), visit(language, phone=True)
    ned.sign_in(people.ned, bench)
    ned.link("Match the whole cohort").click()
    ned.field("The mentee’s wishes").fill("0")
    ned.button("Match the cohort").click()
    ned.sees("Proven best")
    ned.sees("Too few places for too many")
    ned.check()

    # Two pairs change places by the keyboard: what it costs is read before anything changes.
    swaps = ned.page.locator("[data-swap]")
    swaps.nth(0).press("Space")
    expect(ned.page.locator("[data-swap-said]")).not_to_be_empty()
    swaps.nth(1).press("Enter")
    ned.sees("What the swap costs")
    expect(ned.page.locator("#swap-here")).to_be_focused()

    pairs = ned.page.get_by_role("table", name=ned.word("Pairs"), exact=True)
    of_gus = pairs.get_by_role("row").filter(has_text="Gus Globex")
    pinned = of_gus.get_by_role("rowheader").get_by_role("link").inner_text()
    of_gus.get_by_role("button", name=ned.word("Pin"), exact=True).click()
    expect(of_gus).to_contain_text(ned.word("Pinned"))
    row = pairs.get_by_role("row").filter(has_text="Max Globex").filter(has=ned.button("Pin"))
    first = row.get_by_role("rowheader").get_by_role("link").inner_text()
    row.get_by_role("button", name=ned.word("Keep apart"), exact=True).click()
    ned.sees("Kept apart")
    ned.button("Match again").click()
    ned.sees("What changed since version %(number)d", number=1)
    expect(pairs.get_by_role("row").filter(has_text="Max Globex").filter(has_text=first)).to_have_count(0)
    expect(of_gus).to_contain_text(pinned)
    ned.check()

    nell.sign_in(people.nell, f"{bench}/bench/versions/2")
    pair = nell.page.get_by_role("row").filter(has_text="Max Globex").get_by_role("rowheader").get_by_role("link").last
    pair.click()
    nell.sees("Points by what counts")
    nell.button("Yes to this pair").tap()
    nell.sees("You said yes.")
    nell.field("A note for the committee").fill("They will teach each other a lot.")
    nell.button("Keep the note").tap()
    expect(nell.page.get_by_role("article")).to_contain_text("They will teach each other a lot.")
    nell.check()

    ned.link("Publish").click()
    expect(ned.page.get_by_label(ned.word("If somebody says no, the next best is asked by itself"))).to_be_checked()
    ned.button("Publish").click()
    expect(ned.page.locator("#standing")).to_be_visible()
    ned.check()

    # Both firms say yes: Acme to both pairs, Globex to that of Gus.
    abe, gil = visit(language), visit(language, phone=True)
    seat(abe, app, people.abe)
    abe.open("/acme/requests/approvals")
    abe.check()
    for _pair in range(2):
        abe.press(abe.button("Yes").first)
    seat(gil, app, people.gil)
    gil.open(post.link(people.gil.email, gil.word("A proposed pair needs your answer"), to="globex/"))
    gil.check()
    gil.press(gil.page.get_by_role("listitem").filter(has_text="Gus Globex").get_by_role("button").first)

    # Gus says no, and whoever had nobody is asked: Ned reads it by letter, and why one of them is left.
    gus = visit(language, phone=True)
    seat(gus, app, people.gus)
    post.letter(people.gus.email, gus.word("A pair is proposed: you and %(name)s", name="").strip())
    asked = operator.scalar(
        sa.select(MentoringRequest.id).where(MentoringRequest.mentor_person_id == people.gus.person_id)
    )
    gus.open(f"/globex/requests/{asked}")
    gus.page.locator("summary").last.tap()
    gus.page.locator("form[action$=decline] label.chip").first.tap()
    gus.press(gus.page.locator("form[action$=decline] button[type=submit]"))
    about = ned.word("A proposed pair came to nothing: the next best is asked")
    ned.open(post.link(people.ned.email, about, to="bridge/"))
    expect(ned.page.locator("#standing").get_by_role("row").filter(has_text="Gus Globex")).to_have_count(1)
    expect(ned.page.get_by_role("heading", name=ned.word("Left over"))).to_be_visible()
    ned.check()
    ned.link("The version that was published").click()
    expect(ned.page.locator("#standing")).to_contain_text(ned.word("by itself, after a no"))
    expect(ned.page.locator("#standing")).to_contain_text(ned.word("Waits for %(firms)s", firms="Globex"))
    ned.check()
