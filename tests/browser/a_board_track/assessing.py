"""Both assess her readiness at the start; neither sees the other's before both have given theirs."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from marketplace.readiness.competencies import COMPETENCIES
from tests.browser.a_board_track.track import Room
from tests.browser.people import Visitor

HERS, HIS = "I closed a plant and kept the people.", "Elle a demandé la trésorerie avant tout le monde."
MOST, LESS = 3, 1
"""The levels that she chooses, and he."""


class Assessing(Room):
    def assess(self) -> None:
        """Mia by herself, from her cohort; Max from the letter that says she has; then both read both."""
        mia, max_ = self.cast.mia, self.cast.max
        desk = self.desk(mia, f"cohorts/{self.track.cohort_id}")
        desk.press(desk.link("Readiness"))
        desk.sees("About twenty minutes. What you choose is saved as you go, so you can stop and come back.")
        desk.check()
        self._gives(desk, MOST, HERS)
        desk.sees("Given. You both see both as soon as %(name)s has given theirs.", name="Max")

        phone = self.phone(max_)
        about = phone.word("%(name)s has given their assessment", name=mia.name)
        phone.open(self.year.link(max_, about, to="globex/"))
        expect(phone.page.get_by_role("main")).not_to_contain_text(HERS)
        self._gives(phone, LESS, HIS)
        phone.sees("Given. %(name)s has given theirs too, so you both see both now.", name="Mia")
        self.reads(phone, HERS)
        phone.check()

    def read_both(self) -> None:
        """Where they differ is said, and the picture has its figures beside it."""
        mia, max_ = self.cast.mia, self.cast.max
        desk = self.desk(mia)
        about = desk.word("You and %(name)s can read both assessments", name=max_.name)
        desk.open(self.year.link(mia, about, to="acme/"))
        for said in (HERS, HIS, "2 levels apart"):
            self.reads(desk, said)
        desk.check()
        for visitor in (self.desk(mia, f"readiness/{self.enrolment}"), self.phone(max_, f"readiness/{self.enrolment}")):
            expect(visitor.page.locator("figure.radar").first).to_be_visible()
            table = visitor.page.locator("table.levels").first
            for competency in COMPETENCIES.values():
                row = table.get_by_role("row").filter(has_text=competency.name.text(visitor.language))
                expect(row.get_by_role("cell")).to_have_text([str(MOST), str(LESS)])
            visitor.check()

    def _gives(self, visitor: Visitor, level: int, evidence: str) -> None:
        """A level a competency, a sentence with the first."""
        visitor.press(visitor.link("Begin"))
        for number, competency in enumerate(COMPETENCIES.values()):
            visitor.reads_title(competency.name.text(visitor.language))
            self._level(visitor, level).check()
            if not number:
                visitor.field("What shows it").fill(evidence)
                visitor.check()
            last = number + 1 == len(COMPETENCIES)
            visitor.press(visitor.button("Save and look at it all" if last else "Save and go on"))
        visitor.press(visitor.button("Give my assessment"))

    @staticmethod
    def _level(visitor: Visitor, level: int) -> Locator:
        return visitor.page.locator(f"input[name=level][value='{level}']")
