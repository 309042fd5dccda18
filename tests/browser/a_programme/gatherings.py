"""The events at which everybody meets, and the end."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, expect

from marketplace.events import commands as events
from marketplace.events.commands import Plan
from marketplace.events.models import EventKind
from marketplace.programmes.modalities import Phase
from marketplace.programmes.queries import cohort_or_404
from tenants.shared import clock
from tests.browser.a_programme.journey import AFTERNOON, NEWS, Room
from tests.browser.people import Visitor
from tests.cast import Actor
from tests.factories import acting

LAUNCH = {"en": "The first hour together", "fr": "La première heure ensemble"}
CLOSING = {"en": "What we take with us", "fr": "Ce que nous emportons"}
COMPLETED = "The cohort has closed, and you have completed it. Thank you for having been part of it."
INVITED = "You are invited: are you coming?"
PARIS = ZoneInfo("Europe/Paris")
PLACE = "Lyon"


class Gatherings(Room):
    # --- the launch -------------------------------------------------------------------------------------------------

    def meet_at_launch(self) -> None:
        """They are invited with a file for their calendar; the code that the host shows puts who is there on the list."""
        begins = self._begins(Phase.launch)
        event = self._plans_launch(begins)
        phone = self._is_coming(LAUNCH[self.language], begins)
        for somebody in self.both:
            entry, start = self.year.event(somebody, phone.word(INVITED))
            assert (str(entry["SUMMARY"]), str(entry["LOCATION"])) == (LAUNCH[self.language], PLACE)
            assert start == begins

        self.until(Phase.launch)
        desk = self.desk(self.runner, f"{event}/attendance")
        desk.press(desk.button("Show a code"))
        shown = desk.page.locator(".room-code")
        expect(shown).to_have_text(re.compile(r"^\w{5}$"))
        phone = self.phone(self.mentee, event)
        self.reads(phone, phone.word("Are you there?"))
        phone.field("Code").fill(shown.inner_text().lower())
        phone.press(phone.button("I am here"))
        phone.sees("You are on the list of those who came.")
        self.reads(phone, phone.word("You were there. It counts for your training, where it is part of it."))

        desk.page.reload()
        expect(self._was_there(desk, self.mentee)).to_be_checked()
        expect(self._row(desk, self.mentee)).to_contain_text(desk.word("by code"))
        expect(self._was_there(desk, self.mentor)).not_to_be_checked()

    def _plans_launch(self, begins: datetime) -> str:
        """On the page, where an event is a draft until it is published; its path."""
        desk = self.desk(self.runner, f"{self.cohort}/events")
        desk.press(desk.link("Plan the launch"))
        desk.field("Title in English").fill(LAUNCH["en"])
        desk.field("Title in French").fill(LAUNCH["fr"])
        there = begins.astimezone(PARIS)
        desk.page.locator("[name=day]").fill(f"{there:%Y-%m-%d}")
        desk.page.locator("[name=at]").fill(f"{there:%H:%M}")
        desk.field("Room or place").fill(PLACE)
        desk.press(desk.button("Keep as a draft"))
        desk.reads_title(LAUNCH[self.language])
        self.reads(desk, desk.word("Only you see this."))
        desk.press(desk.button("Publish and invite"))
        desk.sees("Published. The invitations are on their way.")
        return self.cohort + re.sub(r".*(/events/\d+).*", r"\1", desk.page.url)

    def _begins(self, phase: Phase) -> datetime:
        """A quarter of an hour after the day's walk goes on."""
        return datetime.combine(self.day_of(phase), AFTERNOON) + timedelta(minutes=15)

    def _is_coming(self, title: str, begins: datetime) -> Visitor:
        """The mentee says so from the letter, on the phone."""
        phone = self.follow(self.mentee, self._phone.word(INVITED))
        phone.reads_title(title)
        self.reads(phone, f"{begins.astimezone(PARIS):%H:%M}")
        self.reads(phone, PLACE)
        phone.page.get_by_label(phone.word("I am coming"), exact=True).check()
        phone.press(phone.button("Send my answer"))
        phone.reads_title(phone.word("You are coming"))
        return phone

    # --- the closing ------------------------------------------------------------------------------------------------

    def celebrate(self) -> None:
        """The closing event: they are invited by letter, one says on the phone that they come, and both were there."""
        self.until(Phase.mid_point)
        event = self._invites()
        phone = self._is_coming(CLOSING[self.language], self._begins(Phase.closing))
        self.year.letter(self.mentor, phone.word(INVITED))

        self.until(Phase.closing)
        desk = self.desk(self.runner, f"{self.cohort}/events/{event}/attendance")
        expect(self._row(desk, self.mentee)).to_contain_text(desk.word("Comes"))
        for somebody in self.both:
            expect(self._row(desk, somebody)).to_contain_text(self.side(somebody))
            self._was_there(desk, somebody).check()
        desk.press(desk.button("Keep the list"))
        desk.sees("The list is kept.")
        for somebody in self.both:
            expect(self._was_there(desk, somebody)).to_be_checked()

    def _invites(self) -> int:
        plan = Plan(
            kind=EventKind.closing,
            title_en=CLOSING["en"],
            title_fr=CLOSING["fr"],
            words_en="",
            words_fr="",
            starts_at=self._begins(Phase.closing),
            minutes=60,
            zone=PARIS.key,
            place=PLACE,
            video_url="",
            capacity=None,
            sides=[side.value for side in self.choices.sides],
            host_id=self.runner.person_id,
        )
        with acting(self.app, self.runner) as viewer:
            seen, now = cohort_or_404(viewer, self.cohort_id), clock.now()
            event = events.add_event(acting=viewer, seen=seen, plan=plan, now=now)
            events.publish_event(acting=viewer, event=event, now=now)
            return event.id

    def _row(self, desk: Visitor, somebody: Actor) -> Locator:
        return desk.page.get_by_role("row").filter(has_text=somebody.name)

    def _was_there(self, desk: Visitor, somebody: Actor) -> Locator:
        return self._row(desk, somebody).get_by_role("checkbox")

    # --- the end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """The cohort closes; each of them reads what has become of it, and the pair keeps its page."""
        desk = self.desk(self.runner, self.cohort)
        timing = next(one for one in self.choices.timeline if one.phase is Phase.closing)
        if timing.by == "hand":
            self.stands_at(desk, Phase.mid_point)
            desk.press(desk.link("Open now: %(phase)s", phase=desk.word("Closing")))
            desk.press(desk.button("Open it"))
        self.stands_at(desk, Phase.closing)
        desk.press(desk.link("Close the cohort"))
        desk.press(desk.button("Close it"))
        desk.sees("The cohort is closed. Everybody gets a letter.")
        for somebody in self.both:
            self.is_written(somebody, desk.word(NEWS), desk.word(COMPLETED))
        phone = self.phone(self.mentee, self.cohort)
        self.reads(phone, f"{self.side(self.mentee)} · {phone.word('Has completed it')}")
        pair = self.phone(self.mentee, "mentorships/").person(self.mentor.name)
        expect(pair).to_be_visible()
