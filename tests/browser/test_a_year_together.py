"""Mia, in Paris, and Max, in New York, from a chemistry meeting to a certificate, acting only from what comes by e-mail.

Their clocks change on different days: New York's on 10 March 2030, those of Paris on 31 March.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Event
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from marketplace.config import Settings
from tenants.accounts.models import Account, Person
from tests.browser.a_year import Visit, Year, year_from
from tests.browser.conftest import free_port, in_one
from tests.browser.people import Visitor, in_words
from tests.browser.steps import ask_mentor
from tests.cast import Cast
from tests.factories import publish

pytestmark = pytest.mark.browser

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
THANKS = "Thank you for every Tuesday."
BEGIN = datetime(2030, 1, 14, 15, tzinfo=UTC)


@pytest.fixture
def year(settings: Settings) -> Iterator[Year]:
    with year_from(BEGIN, settings, free_port()) as passing:
        yield passing


@pytest.fixture
def site(year: Year) -> str:
    """What ``visit`` opens: the product of this test, instead of the one that every other test has."""
    return year.site


@pytest.fixture
def pair(year: Year, cast: Cast, operator: Session, app: Flask, hashed_password: str, language: str) -> Cast:
    """Mia in Paris and Max in New York; his page is published."""
    operator.execute(sa.update(Account).values(password=hashed_password))
    operator.execute(sa.update(Person).values(locale=language, time_zone=PARIS.key))
    operator.execute(sa.update(Person).where(Person.id == cast.max.person_id).values(time_zone=NEW_YORK.key))
    operator.commit()
    publish(app, cast.max, now=BEGIN)
    return cast


def asks_max(visit: Visit, pair: Cast, language: str) -> None:
    """What comes before every letter, and the one thing that needs a sign-in."""
    mia = visit(language)
    mia.sign_in(pair.mia, f"/acme/mentors/{pair.max.mentor_id}")
    ask_mentor(mia, "acme", pair.max.name)
    mia.close()


def has_acted(visitor: Visitor) -> None:
    """The page after an act says that the link is spent: no form is left on it."""
    expect(visitor.page.get_by_role("main").locator("form")).to_have_count(0)


def picks(visitor: Visitor, moment: datetime, own: str, theirs: str) -> None:
    """A free time, that shows by both clocks."""
    chosen = visitor.page.locator(f'label.free:has(input[value="{moment.isoformat()}"])')
    expect(chosen.locator("b")).to_contain_text(own)
    expect(chosen.locator("small")).to_contain_text(theirs)
    visitor.press(chosen)


def chooses(visitor: Visitor, answer: str, /, **values: object) -> None:
    visitor.page.get_by_label(visitor.word(answer, **values), exact=True).check()


def presses(visitor: Visitor, label: str, /, **values: object) -> None:
    visitor.press(visitor.button(label, **values))


@pytest.mark.parametrize("language", in_one("fr"))
def test_a_pair_goes_from_chemistry_meeting_to_certificate_by_e_mail_alone(
    visit: Visit, year: Year, pair: Cast, language: str, operator: Session
):
    asks_max(visit, pair, language)
    mia, max_ = visit(language), visit(language, phone=True)
    of_max = {"name": pair.max.name}
    of_mia = {"name": pair.mia.name}

    # He says yes, after half an hour together; he says when he can be met, she picks.
    year.follow(max_, pair.max, max_.word("%(name)s asks you to be their mentor", **of_mia))
    chooses(max_, "I would like a chemistry meeting first: half an hour, then we both decide")
    presses(max_, "Accept")
    has_acted(max_)

    year.follow(max_, pair.max, max_.word("First a chemistry meeting with %(name)s", **of_mia))
    max_.page.locator("[name=day1-starts]").fill("10:00")
    max_.page.locator("[name=day1-ends]").fill("13:00")
    presses(max_, "Save")
    max_.sees("Your hours are kept")

    year.follow(mia, pair.mia, mia.word("First a chemistry meeting with %(name)s", **of_max))
    talk = datetime(2030, 1, 22, 16, tzinfo=UTC)
    picks(mia, talk, "17:00", "11:00")
    presses(mia, "Plan the meeting")
    has_acted(mia)
    stands(year, pair, "Your chemistry meeting with %(name)s", language, talk, sequence=0)

    # Afterwards each is asked in private; a yes of both begins it.
    year.until(datetime(2030, 1, 22, 17, tzinfo=UTC))
    for visitor, reader, other in ((mia, pair.mia, of_max), (max_, pair.max, of_mia)):
        year.follow(visitor, reader, visitor.word("Would you like to go on with %(name)s?", **other))
        chooses(visitor, "Yes, gladly")
        presses(visitor, "Keep my answer")
        has_acted(visitor)
    for visitor, reader, other in ((mia, pair.mia, of_max), (max_, pair.max, of_mia)):
        year.letter(reader, visitor.word("Your mentorship with %(name)s is confirmed", **other))

    # She draws the agreement up and signs it, he signs.
    confirmed = mia.word("Your mentorship with %(name)s is confirmed", **of_max)
    year.follow(mia, pair.mia, confirmed, under=mia.word("Look at the agreement and sign"))
    mia.field("Planned last day").fill("2030-07-31")
    mia.field("How you reach each other").fill("+33 1 23 45 67 89")
    mia.field("I sign this version. It holds once both have signed.").check()
    presses(mia, "Sign and send to %(name)s", name="Max")
    mia.sees("You have signed")
    year.follow(max_, pair.max, max_.word("%(name)s has signed your mentoring agreement", **of_mia))
    max_.field("I have read this version, and I sign it.").check()
    presses(max_, "Sign")
    max_.sees("You have signed")
    for visitor, reader, other in ((mia, pair.mia, of_max), (max_, pair.max, of_mia)):
        year.letter(reader, visitor.word("Your agreement with %(name)s is signed", **other))

    # He offers Thursdays as well; she picks a time before any clock changes.
    year.until(datetime(2030, 2, 25, 15, tzinfo=UTC))
    year.follow(max_, pair.max, max_.word("Your mentorship with %(name)s is confirmed", **of_mia))
    max_.page.locator("[name=day3-starts]").fill("10:00")
    max_.page.locator("[name=day3-ends]").fill("12:00")
    presses(max_, "Save")
    max_.sees("Your hours are kept")
    year.follow(mia, pair.mia, mia.word("Your mentorship with %(name)s is confirmed", **of_max))
    first = datetime(2030, 3, 7, 16, tzinfo=UTC)
    picks(mia, first, "17:00", "11:00")
    presses(mia, "Plan the meeting")
    mia.sees("Your meeting is planned")
    planned = stands(year, pair, "Your meeting with %(name)s", language, first, sequence=0)

    # Six weeks after they began: two questions to each.
    year.until(datetime(2030, 3, 5, 18, tzinfo=UTC))
    for visitor, reader, other in ((mia, pair.mia, pair.max), (max_, pair.max, pair.mia)):
        year.follow(visitor, reader, visitor.word("You and %(name)s: two questions", name=other.name))
        chooses(visitor, "Good")
        visitor.field("What would help?").fill("?")
        visitor.field("%(name)s and I", name=other.name.split()[0]).check()
        presses(visitor, "Keep my answer")
        visitor.sees("Your answer is kept")

    # He moves it: New York's clocks have changed by then, those of Paris have not. She moves it on: both have.
    year.follow(max_, pair.max, max_.word("Your meeting with %(name)s", **of_mia))
    opens(max_, "Move it")
    between = datetime(2030, 3, 14, 15, tzinfo=UTC)
    picks(max_, between, "11:00", "16:00")
    presses(max_, "Move the meeting")
    max_.sees("Your meeting has moved")
    moved = stands(year, pair, "Your meeting with %(name)s has moved", language, between, sequence=1)
    assert moved["UID"] == planned["UID"]

    year.follow(mia, pair.mia, mia.word("Your meeting with %(name)s has moved", **of_max))
    opens(mia, "Move it")
    chooses(mia, "Another time, which I propose")
    mia.page.locator("[name=day]").fill("2030-04-02")
    mia.page.locator("[name=at]").fill("17:00")
    presses(mia, "Move the meeting")
    mia.sees("Your meeting has moved")
    after = datetime(2030, 4, 2, 15, tzinfo=UTC)
    moved = stands(year, pair, "Your meeting with %(name)s has moved", language, after, sequence=2)
    assert moved["UID"] == planned["UID"]

    # A reminder the day before, and afterwards: did you meet?
    year.until(datetime(2030, 4, 1, 16, tzinfo=UTC))
    year.follow(max_, pair.max, max_.word("Soon: your meeting with %(name)s", **of_mia))
    expect(max_.page.get_by_role("main")).to_contain_text("11:00")
    expect(max_.page.get_by_role("main")).to_contain_text("17:00")
    year.until(datetime(2030, 4, 2, 17, tzinfo=UTC))
    for visitor, reader, other in ((mia, pair.mia, of_max), (max_, pair.max, of_mia)):
        year.follow(visitor, reader, visitor.word("Did you meet %(name)s?", **other), visitor.word("Answer"))
        chooses(visitor, "Yes, we met")
        presses(visitor, "Keep my answer")
        has_acted(visitor)
    year.follow(mia, pair.mia, mia.word("Did you meet %(name)s?", **of_max), mia.word("Plan your next meeting"))
    second = datetime(2030, 4, 16, 14, tzinfo=UTC)
    picks(mia, second, "16:00", "10:00")
    presses(mia, "Plan the meeting")
    mia.sees("Your meeting is planned")
    planned = stands(year, pair, "Your meeting with %(name)s", language, second, sequence=0)
    assert moved["UID"] != planned["UID"]

    # Half-way: three questions, which each reads of the other once both have written.
    year.until(datetime(2030, 4, 29, 15, tzinfo=UTC))
    for visitor, reader, other in ((mia, pair.mia, of_max), (max_, pair.max, of_mia)):
        year.follow(visitor, reader, visitor.word("Half-way with %(name)s: three questions", **other))
        for question in (
            "What has helped most so far?",
            "What would you do differently from here on?",
            "What do you want to reach by the end?",
        ):
            visitor.field(question).fill("One thing at a time.")
        presses(visitor, "Keep my answer")
        visitor.sees("Your answer is kept")
    for visitor, reader, other in ((mia, pair.mia, of_max), (max_, pair.max, of_mia)):
        year.letter(reader, visitor.word("You and %(name)s have both looked back", **other))

    # Two weeks before the last day: he would go on for a month, she would rather not.
    year.until(datetime(2030, 7, 18, 15, tzinfo=UTC))
    year.follow(max_, pair.max, max_.word("Your mentorship with %(name)s: close, or extend?", **of_mia))
    max_.press(max_.link("Extend"))
    max_.field("Until").fill("2030-08-31")
    presses(max_, "Propose it")
    has_acted(max_)
    year.follow(mia, pair.mia, mia.word("%(name)s would like to go on for longer", **of_max))
    mia.field("No, as planned so far").check()
    presses(mia, "Send my answer")
    mia.sees("Your answer is kept")

    # Each looks back by the same letter; the day after the last one the mentorship is closed, as planned.
    for visitor, reader, other in ((mia, pair.mia, of_max), (max_, pair.max, of_mia)):
        year.follow(visitor, reader, visitor.word("Your mentorship with %(name)s: close, or extend?", **other))
        visitor.field("What helped you most?").fill("Short questions.")
        visitor.field("A word of thanks").fill(THANKS)
        visitor.field("With our names").check()
        visitor.field("Show our organisations too").check()
        presses(visitor, "Keep it")
        visitor.sees("Kept")
    year.follow(mia, pair.mia, mia.word("%(name)s thanks you", **of_max))
    expect(mia.page.locator("blockquote").filter(has_text=THANKS)).to_be_visible()
    year.until(datetime(2030, 8, 1, 15, tzinfo=UTC))

    # Whoever is given the address sees that they met, and nothing more.
    stranger = visit(language)
    codes = set()
    for visitor, reader, other in ((mia, pair.mia, of_max), (max_, pair.max, of_mia)):
        about = visitor.word("Your certificate with %(name)s", **other)
        codes.add(year.link(reader, about, visitor.word("See the certificate"), "certificates/"))
    (code,) = codes
    stranger.open(code)
    stranger.reads_title(stranger.word("Certificate of a mentorship"))
    for known in (pair.mia.name, pair.max.name):
        expect(stranger.page.get_by_role("main")).to_contain_text(known)
    stranger.check()


def opens(visitor: Visitor, fold: str) -> None:
    visitor.press(visitor.page.locator("summary").filter(has_text=visitor.word(fold)))


def stands(year: Year, pair: Cast, about: str, language: str, moment: datetime, *, sequence: int) -> Event:
    """Both have it in letter and calendar, right by either clock; what Mia's calendar file says."""
    events = []
    for reader, other in ((pair.mia, pair.max), (pair.max, pair.mia)):
        subject = in_words(language, about, name=other.name)
        for zone in (PARIS, NEW_YORK):
            assert f"{moment.astimezone(zone):%H:%M}" in year.text(reader, subject)
        event, start = year.event(reader, subject)
        assert event["SEQUENCE"] == sequence
        assert start == moment
        events.append(event)
    assert events[0]["UID"] == events[1]["UID"]
    return events[0]
