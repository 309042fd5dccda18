"""From the ready template to an open programme and its first cohort."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import expect

from marketplace.programmes.modalities import Form, Phase
from tests.browser.a_programme.journey import Room
from tests.cast import Actor


class Opening(Room):
    def design(self) -> None:
        """From the ready template to an open programme; the sheet says what is missing, then what is wrong."""
        desk = self.desk(self.runner, "programmes/new")
        desk.press(desk.page.locator(".template-card", has_text=self.name).get_by_role("button"))
        desk.reads_title(self.name)
        self.programme = re.sub(r".*/(programmes/\d+)/design.*", r"\1", desk.page.url)
        expect(desk.field("Aims in English")).to_have_value(re.compile(re.escape(self.choices.aims.en[:40])))
        if self.runner is self.cast.ned:
            self._refuses(desk.word("Nobody takes part yet. Choose the organisations."))
            self._choose_member_firms()
        else:
            self._ask_another(self.mentee if self.mentee.slug != self.runner.slug else self.mentor)
        desk = self.desk(self.runner, f"{self.programme}/design")
        if fault := self.journey.fault:
            self._type({fault.control: fault.wrong})
            self._refuses(fault.said[self.language])
            one_place = {"input[name=mentees-places]": "1"} if self.journey.leaver else {}
            self._type({fault.control: fault.right, **one_place})
        expect(desk.page.get_by_role("complementary").locator(".stop")).to_have_count(0)
        desk.press(desk.button("Open the programme"))
        desk.reads_title(desk.word("Programmes"))

    def _type(self, values: Mapping[str, str | bool]) -> None:
        """Into the sheet, by control, and save it; a sheet that holds together is kept even while something is amiss."""
        for control, value in values.items():
            typed = self._desk.page.locator(control)
            typed.set_checked(value) if isinstance(value, bool) else typed.fill(value)
        self._desk.press(self._desk.button("Save"))
        self._desk.sees("Saved.")

    def _refuses(self, said: str) -> None:
        """The sheet says why the programme does not open, and it cannot be opened."""
        expect(self._desk.page.get_by_role("complementary")).to_contain_text(said)
        expect(self._desk.button("Open the programme")).to_have_count(0)

    def _choose_member_firms(self) -> None:
        desk = self._desk
        desk.open(f"/bridge/{self.programme}/parties")
        if self.journey.form is Form.board:
            desk.page.get_by_role("checkbox", name="Acme", exact=True).check()
            desk.press(desk.button("Save"))
            desk.open(f"/bridge/{self.programme}/design")
            only = "Only %(firm)s takes part, and this form pairs people of different firms. Add another one."
            self._refuses(desk.word(only, firm="Acme"))
            desk.open(f"/bridge/{self.programme}/parties")
        desk.press(desk.button("All member firms"))
        expect(desk.page.get_by_role("checkbox", name="Globex", exact=True)).to_be_checked()

    def _ask_another(self, guest: Actor) -> None:
        """The runner's own organisation takes part, and another one answers for itself."""
        desk = self._desk
        desk.open(f"/{self.runner.slug}/{self.programme}/parties")
        expect(desk.page.get_by_role("checkbox", name="Acme", exact=True)).to_be_checked()
        desk.field("Its address here").fill(guest.slug)
        expect(desk.field("It is a school")).to_be_checked(checked=self.journey.form is Form.external)
        desk.press(desk.button("Ask"))
        desk.sees("Asked, without an answer yet")
        if self.journey.form is Form.external:
            desk.open(f"/{self.runner.slug}/{self.programme}/design")
            self._refuses(desk.word("No school takes part yet. Ask one under “Who takes part”."))
        desk = self.desk(self.firms[guest.slug], "programmes/")
        desk.press(desk.link("Read, and answer"))
        desk.reads_title(self.name)
        self.reads(desk, self.choices.aims.text(self.language)[:60])
        if self.choices.safeguarding:
            self.reads(desk, self.choices.safeguarding.text(self.language)[:60])
        desk.press(desk.button("Take part"))
        desk.reads_title(desk.word("Programmes"))

    def start(self) -> None:
        """The first cohort is a pilot; it opens with its call."""
        desk = self._desk
        desk.press(desk.link("Plan a cohort"))
        desk.field("Launch").fill(self.launch_day.isoformat())
        expect(desk.field("This is the pilot")).to_be_checked()
        desk.press(desk.button("Make the cohort"))
        desk.reads_title(desk.word("Pilot"))
        self.cohort = re.sub(r".*/(cohorts/\d+).*", r"\1", desk.page.url)
        desk.press(desk.button("Open the cohort"))
        self.stands_at(desk, Phase.call)
