"""Somebody with a browser: what they see, read, press and type, and what it costs them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Response, expect

from tenants.shared import clock
from tests.browser import colours
from tests.cast import PASSWORD, Actor

HOUSE = Path(__file__).resolve().parents[2]
AXE = next((HOUSE / "tests" / "vendor").glob("axe-*/axe.min.js")).read_text()
COLOURS = ("color-contrast", "link-in-text-block")
LAYOUT = ("target-size", "scrollable-region-focusable", "meta-viewport")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1360, "height": 900}

expect.set_options(timeout=60_000)

# A press is a press, and a key is one unless it writes a character: counted from the events a real hand would cause.
COUNT_PRESSES = """
addEventListener("pointerdown", (event) => { if (event.isTrusted) window.countedPress("press"); }, true);
addEventListener("keydown", (event) => {
  const writes = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (event.isTrusted && !writes && event.key !== "Shift") window.countedPress(event.key);
}, true);
"""


SETTLE = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  await Promise.all(document.getAnimations().map((moving) => moving.finished.catch(() => null)));
}"""


TURNED = """async (scheme) => {
  while (!matchMedia(`(prefers-color-scheme: ${scheme})`).matches) {
    await new Promise((drawn) => requestAnimationFrame(drawn));
  }
}"""


WIDER = """() => {
  const page = document.documentElement, by = page.scrollWidth - page.clientWidth;
  if (by <= 0) return null;
  const out = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > page.clientWidth);
  const name = (one) => one.tagName.toLowerCase() + (one.id ? `#${one.id}` : "") + (one.className.baseVal ?? one.className)
    .split(" ").filter(Boolean).map((word) => `.${word}`).join("");
  return {by, what: out.slice(0, 3).map(name).join(", ")};
}"""


@lru_cache
def catalogue(language: str) -> dict[str, Any]:
    path = HOUSE / "marketplace" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return {
            message.id if isinstance(message.id, str) else message.id[0]: message.string
            for message in read_po(file)
            if message.id
        }


def in_words(language: str, text: str, /, **values: object) -> str:
    """``text`` as the product says it in ``language``; of two forms the singular."""
    if language != "en":
        told = catalogue(language)[text]
        text = (told if isinstance(told, str) else told[0]) or text
    return text % values if values else text


def in_many_words(language: str, one: str, many: str, /, num: int) -> str:
    """``many`` as the product says it in ``language``; it is found under ``one``, its singular."""
    told = catalogue(language)[one][1] if language != "en" else many
    return str(told) % {"num": num}


class Visitor:
    """One browser profile. ``faults`` collects what no visit may cause: script errors, refusals by the content security
    policy, crashed pages, requests to another host.
    """

    def __init__(
        self,
        browser: Browser,
        site: str,
        language: str = "en",
        *,
        phone: bool = False,
        scripts: bool = True,
        scheme: str = "light",
        judged: bool = False,
    ) -> None:
        """``judged``: every page that is opened will be checked, so that axe is there from the start."""
        self.site = site
        self._hosts = (site, "data:", "blob:")
        self.language = language
        self.phone = phone
        self.scheme = scheme
        self.faults: list[str] = []
        self._files: set[str] = set()
        self.presses: list[str] = []
        self._unsure: list[str] = []
        self.context = browser.new_context(
            base_url=site,
            locale="fr-FR" if language == "fr" else "en-GB",
            timezone_id="Europe/Paris",
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=scripts,
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(60_000)
        if scripts:
            self.context.expose_binding("countedPress", lambda _source, key: self.presses.append(key))
            self.context.add_init_script(COUNT_PRESSES)
        if judged:
            self.context.add_init_script(AXE)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._hear)
        self.page.on("response", self._receive)

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium says so of every 4xx answer; which answers are right is the tests' own business.
        here = self.page.url
        if here in self._files:
            return
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"{here}: {message.text}")

    def _receive(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.url} answered {response.status}")
        if not response.url.startswith(self._hosts):
            self.faults.append(f"{self.page.url} asked another host for {response.url}")

    def sent_on_to(self, host: str) -> None:
        """The product sends people there, and they come back: its requests are no fault."""
        self._hosts += (host,)

    def close(self) -> None:
        self.context.close()

    def word(self, text: str, /, **values: object) -> str:
        return in_words(self.language, text, **values)

    def open(self, address: str) -> bool:
        """Whether a page is there now: a file is none, whether the browser shows or keeps it."""
        try:
            answer = self.page.goto(address)
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            return False
        is_page = answer is None or answer.headers.get("content-type", "").startswith("text/html")
        if not is_page:
            # How the browser shows a picture by itself is its own business.
            self._files.add(self.page.url)
            self.faults = [fault for fault in self.faults if not fault.startswith(f"{self.page.url}: ")]
        return is_page

    def field(self, label: str, /, **values: object) -> Locator:
        """The control under ``label``; what the label says besides (optional, a hint) does not matter."""
        return self.page.get_by_label(self.word(label, **values))

    def button(self, label: str, /, **values: object) -> Locator:
        return self.page.get_by_role("button", name=self.word(label, **values), exact=True)

    def link(self, label: str, /, **values: object) -> Locator:
        return self.page.get_by_role("link", name=self.word(label, **values), exact=True)

    def person(self, name: str) -> Locator:
        """The link to somebody's page."""
        return self.page.get_by_role("link", name=name, exact=True)

    def press(self, control: Locator) -> None:
        """Press with a finger where there is a touch screen, else with the mouse."""
        control.tap() if self.page.viewport_size == PHONE else control.click()

    def sees(self, label: str, /, **values: object) -> None:
        expect(self.page.get_by_text(self.word(label, **values)).first).to_be_visible()

    def reads_title(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(text)))

    def sign_in(self, actor: Actor, then: str = "") -> None:
        """Through the form, and on to the path ``then``."""
        self.open("/sign-in" + (f"?next={then}" if then else ""))
        self.field("E-mail address").fill(actor.email)
        self.field("Password").fill(PASSWORD)
        self.press(self.button("Sign in"))
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def tab_to(self, control: Locator, most: int = 80) -> None:
        """Press Tab until ``control`` has the focus, and see that it shows."""
        expect(control).to_be_visible()
        for _ in range(most):
            if control.evaluate("(control) => control === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        expect(control).to_be_focused()
        ring = control.evaluate(
            """(control) => [control, control.parentElement, control.closest(".card")].some((box) => {
                if (!box) return false;
                const look = getComputedStyle(box);
                return look.outlineStyle !== "none" || look.boxShadow !== "none";
            })"""
        )
        assert ring, f"nothing shows that {control} has the focus"

    def axe(self, rules: Sequence[str] = (), *, without: Sequence[str] = ()) -> list[str]:
        """What axe finds wrong with the page as it stands, one line each; by these rules only, where some are named."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(f"{AXE}; 0")
        found, self._unsure = self.page.evaluate(
            """([rules, without]) => axe.run(document, {
                resultTypes: ["violations", "incomplete"], preload: false, ...(rules.length ? {runOnly: rules} : {}),
                rules: Object.fromEntries(without.map((rule) => [rule, {enabled: false}])),
            }).then(({violations, incomplete}) => [
                violations, incomplete.flatMap(({nodes}) => nodes.map(({target}) => target[0])),
            ])""",
            [list(rules), list(without)],
        )
        faults = []
        for broken in found:
            places = [" ".join(map(str, node["target"])) for node in broken["nodes"][:3]]
            faults.append(f"{broken['id']}: {broken['help']}: {'; '.join(places)}")
        return faults

    def fits(self) -> list[str]:
        """Complains when the page is wider than the screen."""
        over = self.page.evaluate(WIDER)
        return [f"{over['by']} px wider than the screen, by {over['what']}"] if over else []

    def _turn(self) -> None:
        """From light to dark, or back."""
        self.scheme = "light" if self.scheme == "dark" else "dark"
        self.page.emulate_media(color_scheme=self.scheme)  # type: ignore[arg-type]
        self.page.evaluate(TURNED, self.scheme)
        self.page.evaluate(SETTLE)

    def _at_rest(self, rules: Sequence[str] = (), *, without: Sequence[str] = ()) -> list[str]:
        """What axe finds. Half of a page that is being drawn anew is light and half of it dark: it is looked at once more."""
        if found := self.axe(rules, without=without):
            self.page.wait_for_load_state("networkidle")
            self.page.evaluate(SETTLE)
            found = self.axe(rules, without=without)
        return found

    def check(self, *, layout_only: bool = False) -> None:
        """Note what axe finds on this page, in light and in dark, and whether something sticks out.

        Contrasts know no language, and are most of what a look costs: they are measured on English pages, in both schemes; in the
        second where some text has colours or a background that were not measured yet.
        To draw a page anew is as dear: it stays in the second scheme, and the next page begins there.
        ``layout_only``: by the rules that the size of the screen matters to, for pages that were looked at whole.
        """
        self.page.wait_for_load_state("load")
        found = self.fits()
        if layout_only:
            found += self.axe(LAYOUT)
        elif self.language != "en":
            found += self._at_rest(without=COLOURS)
        else:
            found += [f"{self.scheme}: {fault}" for fault in self._at_rest()]
            self._turn()
            seen = colours.looks(self.page)
            if not colours.judged(seen):
                wrong = self._at_rest(COLOURS)
                found += [f"{self.scheme}: {fault}" for fault in wrong]
                if not wrong:
                    unsure = colours.looks(self.page, ", ".join(self._unsure)) if self._unsure else set()
                    colours.keep(seen - unsure)
        path = re.sub(r"/links/.*", "/links/…", self.page.url.removeprefix(self.site))
        self.faults += [f"{path}: {fault}" for fault in found]


def seat(visitor: Visitor, app: Flask, actor: Actor) -> None:
    """Sign in without the form, which has its own tests."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    # fs_paa: when the password was last given; pages about the account ask for it again otherwise.
    cookie = serializer.dumps({"_user_id": actor.token, "_fresh": True, "fs_paa": clock.now().timestamp()})
    visitor.context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": visitor.site}])
