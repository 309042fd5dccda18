"""The chair's word, the candidate's yes, a seat that is taken, and a mentor of another firm."""

from __future__ import annotations

import sqlalchemy as sa
from playwright.sync_api import expect

from marketplace.cohorts.jobs import turn_clock_of_cohorts
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort
from tests.browser.a_board_track.track import Room
from tests.factories import enrol


class Nominating(Room):
    def nominate(self) -> None:
        """Acme puts Mia forward in the name of its chair, who reads so by letter."""
        mia, cleo = self.cast.mia, self.cast.cleo
        desk = self.desk(self.cast.abe, f"tracks/{self.track.id}")
        desk.press(desk.link("Nominate a candidate"))
        desk.field("The candidate’s address at work").fill(mia.email)
        desk.field("Put forward by: their address at work").fill(cleo.email)
        desk.page.get_by_role("radio", name=desk.word("Chair of the board")).check()
        desk.field("All of this is true, and the one who puts the candidate forward knows of it").check()
        desk.check()
        desk.press(desk.button("Nominate"))
        desk.sees("%(name)s is asked by letter, and can answer from it.", name=mia.name)
        self.year.letter(cleo, desk.word("%(name)s is put forward in your name", name=mia.name))

    def agree(self) -> None:
        """Mia says yes from her letter, where nobody is signed in; the network takes her in, and Acme sees her on its seat."""
        mia, desk = self.cast.mia, self._desk
        desk.context.clear_cookies()
        about = desk.word("%(organisation)s nominates you for a programme", organisation="Acme")
        desk.open(self.year.link(mia, about))
        desk.reads_title(desk.word("Do you wish to take part?"))
        desk.page.get_by_label(desk.word("Yes, I take part"), exact=True).check()
        desk.press(desk.button("Send my answer"))
        desk.reads_title(desk.word("Your answer is kept"))

        desk = self.desk(self.cast.ned, f"cohorts/{self.track.cohort_id}/board?state=awaiting_decision")
        row = desk.page.get_by_role("row").filter(has_text=mia.name)
        desk.press(row.get_by_role("link", name=desk.word("Decide")))
        desk.page.get_by_label(desk.word("Take in"), exact=True).check()
        desk.press(desk.button("Decide"))
        desk.sees("Decided. The person gets a letter.")

        desk = self.desk(self.cast.abe, f"tracks/{self.track.id}")
        desk.sees("Seats taken: %(used)s of %(seats)s", used=1, seats=2)
        row = desk.page.get_by_role("row").filter(has_text=mia.name)
        expect(row).to_contain_text(self.cast.cleo.name)
        expect(row).to_contain_text(desk.word("Takes part"))
        desk.check()

    def match(self) -> None:
        """On the day of matching the engine proposes Max, who came in by a way that others have gone; both say yes."""
        mia, max_ = self.cast.mia, self.cast.max
        cohort = self.operator.scalars(sa.select(Cohort).where(Cohort.id == self.track.cohort_id)).one()
        enrol(self.operator, cohort, max_, Side.mentor, places=1)
        self.operator.commit()
        self.year.work(turn_clock_of_cohorts)
        desk = self.desk(self.cast.ned, f"cohorts/{self.track.cohort_id}/matching/")
        desk.press(desk.link("Match the whole cohort"))
        desk.press(desk.button("Match the cohort"))
        desk.sees("The best match is being sought, and proven")
        self.year.work()
        desk.page.reload()
        desk.sees("Proven best")
        expect(desk.page.get_by_role("row").filter(has_text=mia.name).first).to_contain_text(max_.name)
        desk.press(desk.link("Publish"))
        desk.press(desk.button("Publish"))
        expect(desk.page.locator("#standing")).to_be_visible()

        phone = self._phone
        phone.context.clear_cookies()
        phone.open(self.year.link(max_, phone.word("A pair is proposed: you and %(name)s", name=mia.name)))
        phone.press(phone.button("Accept"))
        phone.reads_title(phone.word("You said yes to %(name)s", name="Mia"))
        desk.context.clear_cookies()
        desk.open(self.year.link(mia, desk.word("%(name)s says yes", name=max_.name)))
        desk.press(desk.button("Confirm"))
        desk.reads_title(desk.word("You and %(name)s are a pair", name="Max"))
        self.year.work()
