"""The candidate builds her dossier, shows it to one committee, is seen once, withdraws, and is gone, on the open page as well."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.a_board_track.track import Room
from tests.browser.people import Visitor

HEADLINE = "Keeps the people when a plant closes"
REASON = "Nous cherchons la présidence de notre comité d’audit."


class Showing(Room):
    def build_a_dossier(self) -> None:
        """Mia at her desk, and Guy, who sits on Globex' nomination committee by his own word."""
        desk = self.desk(self.cast.mia, "dossier/bridge")
        written = {
            "headline.en": "Head of plants",
            "proposition.en": "I closed a plant and kept the people.",
            "positions-0-organisation": "Corbeau",
            "positions-0-title_en": "Head of plant",
            "card_headline.en": HEADLINE,
            "card_proposition.en": "Asks for the cash behind the result.",
        }
        for name, words in written.items():
            desk.page.locator(f'[name="{name}"]').fill(words)
        desk.page.locator('[name="spoken-0-language"]').select_option("fr")
        desk.page.locator('[name="spoken-0-level"]').select_option("first")
        desk.press(desk.button("Publish"))
        desk.sees("The published version says what stands here.")

        phone = self.phone(self.cast.guy, "nomination-committee/?q=guy")
        phone.press(phone.button("Name"))
        phone.sees("%(name)s sits on the nomination committee now, and was written to.", name=self.cast.guy.name)

    def show_it(self) -> None:
        """Her card to committees; and to Globex, which asks, the dossier with her name."""
        guy, mia = self.cast.guy, self.cast.mia
        desk = self.desk(mia, "visibility")
        desk.page.get_by_label(desk.word("Nomination committees of the network"), exact=True).check()
        desk.press(desk.button("Show my card"))
        self.reads(desk, "Today 1 nomination committee can see your anonymous card.")

        phone = self.phone(guy, "candidates")
        phone.press(phone.person(HEADLINE))
        expect(phone.page.get_by_role("main")).not_to_contain_text(mia.name)
        phone.check()
        phone.press(phone.link("The full dossier"))
        phone.field("Why you ask").fill(REASON)
        phone.press(phone.button("Ask for the dossier"))
        phone.sees("Asked. You read here when the candidate has answered.")
        self.year.work()

        about = desk.word("%(seeker)s asks for your full dossier", seeker="Globex")
        desk.open(self.year.link(mia, about, to="acme/"))
        self.reads(desk, REASON)
        desk.check()
        desk.press(desk.button("Open it to them"))
        self.year.work()

        opened = phone.word("A candidate opens their dossier to you")
        phone.open(self.year.link(guy, opened, to="globex/"))
        phone.reads_title(mia.name)
        self.reads(phone, "I closed a plant and kept the people.")
        phone.check()
        desk.page.reload()
        expect(desk.page.get_by_role("row").filter(has_text=guy.name)).to_have_count(1)

    def withdraw_and_be_gone(self) -> None:
        """She withdraws everything at her desk, and what is open on the phone turns by itself."""
        desk, phone = self._desk, self._phone
        desk.press(desk.button("Withdraw all"))
        self.reads(desk, "Today nobody can see you.")
        phone.page.evaluate("dispatchEvent(new Event('focus'))")
        expect(phone.page.get_by_role("heading", level=1)).to_have_text(phone.word("This dossier is no longer shown"))
        expect(phone.page.locator("body")).not_to_contain_text(self.cast.mia.name)
        self._finds_nothing(phone)

    def _finds_nothing(self, phone: Visitor) -> None:
        phone.open("/globex/candidates/")
        expect(phone.page.get_by_role("main")).not_to_contain_text(HEADLINE)
