"""The ways in: by a nomination, by oneself, and by a place that somebody leaves."""

from __future__ import annotations

import sqlalchemy as sa
import tablib
from playwright.sync_api import expect

from marketplace.programmes.modalities import Form, Phase
from marketplace.programmes.models import Enrolment
from tests.browser.a_programme.journey import NEWS, Room
from tests.browser.people import Visitor, in_many_words
from tests.cast import Actor

HEADINGS = {"en": ("E-mail", "Side"), "fr": ("Adresse e-mail", "Côté")}
IN_LINE = "You come in by yourself when a place frees, in the order of the list. You get a letter."
NO_PLACE = "There is no free place at present. You come in by yourself when one frees, in the order of the list."
A_PLACE = "You take part. The page says what comes next, and when."


class ComingIn(Room):
    def come_in(self) -> None:
        """One comes in by the way that the form has, and whoever runs it decides, where somebody does; the other is there.

        Where both ways are open, it is the mentor who applies, except that a school nominates its students as well.
        """
        newcomers = [self.mentee]
        if len(self.choices.ways_in) > 1:
            newcomers = [self.mentor, self.mentee] if self.journey.form is Form.external else [self.mentor]
        phone = self.phone(newcomers[0], self.programme)
        phone.reads_title(self.name)
        self.reads(phone, self.choices.audience.text(self.language)[:60])
        self.until(
            next(one.phase for one in self.choices.timeline if one.phase in (Phase.nomination, Phase.application))
        )
        if self.journey.leaver:
            self.enrol(self.cast[self.journey.leaver])
        for somebody in newcomers:
            way = "application" if somebody is self.mentor else "nomination"
            way = way if way in self.choices.ways_in else self.choices.ways_in[0]
            if way == "application":
                self._applies(somebody)
            else:
                self._is_nominated(somebody)
                self._agrees(somebody)
            if self.journey.form is not Form.informal:
                self._is_taken_in(somebody)
        if self.journey.leaver:
            self._gets_the_place_of(self.cast[self.journey.leaver], newcomers[0])
        self.enrol(*(somebody for somebody in self.both if somebody not in newcomers))
        for somebody in newcomers:
            self.is_written(somebody, phone.word(NEWS), phone.word(A_PLACE))

    def _says_it_is_true(self, visitor: Visitor, somebody: Actor) -> None:
        """The side, and what the programme asks in its own words; each in the words of this form."""
        side = self._side_of(somebody)
        if len(self.choices.sides) > 1:
            visitor.page.get_by_role("radio", name=self.side(somebody), exact=True).check()
        said = [one.statement.text(self.language) for one in self.choices.rules(side).eligibility if one.statement]
        for sentence in (*said, self.choices.safeguarding.text(self.language)[:60]):
            self.reads(visitor, sentence)
        if said or visitor.field("All of this is true").count():
            visitor.field("All of this is true").check()

    def _is_nominated(self, somebody: Actor) -> None:
        """By whoever looks after them, on the form or in a spreadsheet."""
        desk = self.desk(self.firms[somebody.slug], f"{self.cohort}/enrolments/nomination")
        if self.journey.colleague:
            self._puts_into_a_spreadsheet(desk, somebody, self.cast[self.journey.colleague])
            return
        desk.field("Their e-mail address at work").fill(somebody.email)
        self._says_it_is_true(desk, somebody)
        desk.press(desk.button("Nominate"))
        desk.sees("%(name)s is asked by letter, and can answer from it.", name=somebody.name)

    def _puts_into_a_spreadsheet(self, desk: Visitor, *people: Actor) -> None:
        """One address is nobody's: its row and column are named, and nobody is nominated; once mended, everybody is."""
        rows = [[one.email, self.side(one)] for one in people]
        typed = rows[-1][0].replace("@", ".old@")
        desk.press(desk.page.locator("summary", has_text=desk.word("Several at once, from a spreadsheet")))
        self._sends(desk, [*rows[:-1], [typed, rows[-1][1]]])
        desk.sees("Nobody is nominated yet")
        row = desk.page.get_by_role("row").filter(has_text=desk.word("Row %(row)s", row=len(rows) + 1))
        expect(row).to_contain_text(HEADINGS[self.language][0])
        wrong = "Nobody in your organisation has the address %(address)s. Invite them first."
        expect(row).to_contain_text(desk.word(wrong, address=typed))
        self._sends(desk, rows)
        asked = "%(num)d person is asked by letter.", "%(num)d people are asked by letter."
        expect(desk.page.get_by_text(in_many_words(self.language, *asked, num=len(rows)))).to_be_visible()
        for one in people:
            line = desk.page.get_by_role("row").filter(has_text=one.name)
            expect(line).to_contain_text(desk.word("Their own answer"))

    def _sends(self, desk: Visitor, rows: list[list[str]]) -> None:
        sheet = tablib.Dataset(*rows, headers=HEADINGS[self.language]).export("xlsx")
        desk.field("Spreadsheet (CSV or XLSX)").set_input_files(
            {"name": "people.xlsx", "mimeType": "application/octet-stream", "buffer": sheet}
        )
        desk.press(desk.button("Nominate everybody in it"))

    def _agrees(self, somebody: Actor) -> None:
        """By the letter: what it is, as what, and yes."""
        organisation = somebody.slug.capitalize()
        about = self._phone.word("%(organisation)s nominates you for a programme", organisation=organisation)
        phone = self.follow(somebody, about)
        phone.reads_title(phone.word("Do you wish to take part?"))
        for words in (self.choices.aims, self.choices.safeguarding):
            self.reads(phone, words.text(self.language)[:60])
        self.reads(phone, self.name)
        self.reads(phone, self.side(somebody))
        phone.page.get_by_label(phone.word("Yes, I take part"), exact=True).check()
        phone.press(phone.button("Send my answer"))
        phone.reads_title(phone.word("Your answer is kept"))

    def _applies(self, somebody: Actor) -> None:
        phone = self.phone(somebody, self.cohort)
        phone.press(phone.link("Apply"))
        phone.reads_title(phone.word("Apply"))
        self._says_it_is_true(phone, somebody)
        manager = self.firms[somebody.slug]
        if self.choices.manager_view:
            phone.field("Your line manager’s e-mail address at work").fill(manager.email)
        phone.press(phone.button("Apply"))
        phone.sees("Your application is on its way. You get a letter with every answer.")
        self.fits()
        if self.choices.manager_view:
            phone = self.follow(manager, phone.word("Your view on %(name)s is asked", name=somebody.name))
            self.reads(phone, self.side(somebody))
            phone.page.get_by_label(phone.word("With some effort"), exact=True).check()
            phone.press(phone.button("Send my view"))
            phone.reads_title(phone.word("Your answer is kept"))
        if self.choices.employer_approval:
            about = phone.word("%(name)s applies to a programme", name=somebody.name)
            desk = self.desk(manager)
            desk.open(self.year.link(manager, about, to=f"{manager.slug}/"))
            self.reads(desk, self.side(somebody))
            desk.page.get_by_label(desk.word("Yes"), exact=True).check()
            desk.press(desk.button("Send the answer"))
            desk.sees("Your answer is kept.")

    def _is_taken_in(self, somebody: Actor) -> None:
        desk = self.desk(self.runner, f"{self.cohort}/board?state=awaiting_decision")
        row = desk.page.get_by_role("row").filter(has_text=somebody.name)
        expect(row).to_contain_text(self.side(somebody))
        desk.press(row.get_by_role("link", name=desk.word("Decide")))
        desk.page.get_by_label(desk.word("Take in"), exact=True).check()
        if self.choices.manager_view and "application" in self.choices.ways_in:
            self.reads(desk, desk.word("With some effort"))
        desk.press(desk.button("Decide"))
        desk.sees("Decided. The person gets a letter.")
        self.reads(desk, desk.word("Takes part"))

    def _gets_the_place_of(self, leaver: Actor, somebody: Actor) -> None:
        """Every place is taken, and their own page says which they are in line; whoever leaves gives the place to the first."""
        phone = self._phone
        self.reads(phone, phone.word(IN_LINE))
        line = phone.page.locator("dt", has_text=phone.word("Place on the waiting list")).locator("+ dd")
        expect(line).to_have_text("1")
        self.is_written(somebody, phone.word(NEWS), phone.word(NO_PLACE))

        enrolment = self.operator.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == leaver.person_id))
        phone = self.phone(leaver, f"{self.cohort}/enrolments/{enrolment}")
        phone.press(phone.link("Leave the cohort"))
        phone.reads_title(phone.word("Leave the cohort?"))
        phone.press(phone.button("Leave the cohort"))
        phone.sees("You have left the cohort. Thank you for having been part of it.")
