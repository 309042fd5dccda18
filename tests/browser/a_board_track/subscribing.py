"""A company subscribes by card on the payment service's own page; another by invoice, whose payment nobody tells us of."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from marketplace.billing.jobs import compare_with_stripe
from tests.browser.a_board_track.track import NAME, Room
from tests.browser.people import Visitor

PAYS, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"
TWO_HOURS = 7200
"""An invoice of the payment service is a draft for its first hour."""


class Subscribing(Room):
    def subscribe_by_card(self) -> None:
        """Acme takes two seats. The first card is declined, the next pays; until we are told, the page says what it waits for."""
        desk = self.desk(self.cast.abe, "tracks")
        desk.press(desk.link(NAME["en"]))
        self.reads(desk, "Six workshops")
        desk.press(desk.link("Subscribe"))
        desk.page.get_by_role("spinbutton", name=desk.word("Seats")).fill("2")
        self._option(desk, "By card or direct debit").check()
        self._bill_to(desk, "Acme SA", "Lyon", "accounts@acme.example")
        desk.press(desk.button("Subscribe"))
        desk.sees("Nothing is paid yet.")
        subscription = desk.page.url
        desk.check()

        desk.press(desk.link("To the payment page"))
        self._pays(desk, DECLINED)
        expect(desk.page.get_by_role("alert")).to_be_visible()
        self._pays(desk, PAYS)
        desk.page.wait_for_url(f"{subscription}?paid=1")
        desk.sees(
            "We wait for the payment service to confirm. A card takes a moment, a direct debit some days. You get a letter."
        )
        self.told()
        about = desk.word("Your subscription begins: %(programme)s", programme=NAME["en"])
        desk.open(self.year.link(self.cast.abe, about, to="acme/"))
        assert desk.page.url == subscription
        self.reads(desk, desk.word("Active"))
        self.reads(desk, "0 / 2")
        expect(self._invoice(desk, "Paid")).to_contain_text("€4,800")
        desk.check()

    def subscribe_by_invoice(self) -> None:
        """Globex takes one seat. What is wrong with its VAT number is said, and the rest of what was typed is still there."""
        phone = self.phone(self.cast.guy, f"tracks/{self.track.id}")
        phone.reads_title(NAME["fr"])
        phone.press(phone.link("Subscribe"))
        expect(self._option(phone, "By invoice")).to_be_checked()
        self._bill_to(phone, "Globex SARL", "Nantes", "factures@globex.example")
        phone.field("Purchase order").fill("PO-77")
        phone.field("VAT number").fill("FR1")
        phone.press(phone.button("Subscribe"))
        phone.sees("It does not have the shape of this country’s VAT numbers.")
        expect(phone.field("Legal entity")).to_have_value("Globex SARL")
        phone.check()
        phone.field("VAT number").fill("FR 12 345678901")
        phone.press(phone.button("Subscribe"))
        phone.sees("You are subscribed. The invoice comes by e-mail within the hour.")
        self.reads(phone, "PO-77")

    def pay_the_invoice_and_hear_nothing(self) -> None:
        """Every word of the payment is lost on its way; the night's comparison finds it."""
        self.payments.control("advance", seconds=TWO_HOURS)
        self.told()
        phone = self.phone(self.cast.guy)
        phone.page.reload()
        invoice = self._invoice(phone, "To be paid")
        expect(invoice).to_contain_text("2 400 €")
        subscription = phone.page.url
        phone.check()
        phone.press(invoice.get_by_role("link", name=phone.word("Pay"), exact=True))
        self.payments.control("faults", lose=100)
        self._pays(phone, PAYS)
        expect(phone.page.locator("input[name=number]")).to_have_count(0)
        self.told()
        self.payments.control("faults", lose=0)

        phone.open(subscription)
        expect(self._invoice(phone, "To be paid")).to_be_visible()
        self.year.work(compare_with_stripe)
        phone.page.reload()
        expect(self._invoice(phone, "Paid")).to_contain_text("2 400 €")

    @staticmethod
    def _option(visitor: Visitor, label: str) -> Locator:
        return visitor.page.locator("label.option", has_text=visitor.word(label)).get_by_role("radio")

    @staticmethod
    def _bill_to(visitor: Visitor, entity: str, city: str, address: str) -> None:
        typed = {
            "Legal entity": entity,
            "Street and number": "1 rue de la Gare",
            "Postal code": "69002",
            "City": city,
            "Where invoices are sent": address,
        }
        for label, value in typed.items():
            visitor.field(label).fill(value)

    @staticmethod
    def _pays(visitor: Visitor, number: str) -> None:
        """On the payment service's page, whose words are not ours."""
        for name, value in {"number": number, "expires": "12/40", "code": "123"}.items():
            visitor.page.locator(f"input[name={name}]").fill(value)
        visitor.press(visitor.page.locator("button.main"))

    @staticmethod
    def _invoice(visitor: Visitor, state: str) -> Locator:
        table = visitor.page.get_by_role("table", name=visitor.word("Invoices"), exact=True)
        return table.get_by_role("row").filter(has=visitor.page.get_by_text(visitor.word(state), exact=True))
