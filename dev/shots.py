"""Pictures of every page, as the demo's people see them: desktop and phone, light and dark, English and French.

    python -m dev.shots [--home http://127.0.0.1:8000] [--only directory,firms] [--languages fr] [--sizes phone]
        [--schemes light]

Starts the demo by itself unless ``--home`` says where it runs. Pictures go to var/shots/.
"""

import argparse
import contextlib
import itertools
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from dev import chromium
from dev.demo_run import ACCOUNTS, ROOT, VAR, answers, free_ports, say

FOLDER = VAR / "shots"
SIZES = {"desktop": (1360, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "fr")
NOBODY, MENTEE, MENTOR, PARTNER, NETWORK = "", "mentee", "executive mentor", "HR partner", "network administrator"
PAYER = "company administrator, who pays"


class Problem(Exception):
    """Why there are no pictures, as a sentence."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One page: who looks at it, its address (in their workspace, unless nobody is signed in), and what to press then:
    CSS selectors, each pressed when it is there. A page that cannot be reached is said and left out.
    """

    name: str
    who: str
    path: str
    steps: Sequence[str] = ()


CARD = "#results .card h3 a"
ITEM = "main .inbox a"
BENCH: tuple[str, ...] = ()
BENCH_OF_PEERS: tuple[str, ...] = ()
VERSION = PUBLISHED = "main"
ROW = "main table th a"
MATCHING = (
    "main .tabs a[href$='/matching/'], main nav a[href$='/matching/']",
    "main a.primary[href$='/matching/bench/']",
)
BENCH = ("main tr:has-text('Crossings') td a, main tr:has-text('Traversées') td a", *MATCHING)
BENCH_OF_PEERS = ("main tr:has-text('Pairs of') td a, main tr:has-text('Binômes de') td a", *MATCHING)
LATEST, FIRST = "main tbody th a", "main tbody tr:last-child th a"
PAIR = "#results tbody th a"
SWAP = ("#results tr:nth-child(1) [data-swap]", "#results tr:nth-child(2) [data-swap]")
READINESS = ("main .inbox a >> nth=1", "main a[href*='/readiness/']")
TRACK = "main tbody th a, main tbody td a"
SHOTS = (
    Shot("home", NOBODY, "/"),
    Shot("sign-in", NOBODY, "/sign-in"),
    Shot("sign-in-refused", NOBODY, "/sign-in", ("main button.primary",)),
    Shot("forgotten-password", NOBODY, "/forgotten-password"),
    Shot("link-unknown", NOBODY, "/links/nowhere"),
    Shot("invitation-unknown", NOBODY, "/invitations/nowhere"),
    Shot("directory", MENTEE, "mentors/"),
    Shot("directory-found", MENTEE, "mentors/?q=negotiation"),
    Shot("directory-nobody", MENTEE, "mentors/?q=xyzzyx"),
    Shot("mentor", MENTEE, "mentors/", (CARD,)),
    Shot("ask", MENTEE, "mentors/", (CARD, "main .acts a.button.primary")),
    Shot(
        "ask-refused",
        MENTEE,
        "mentors/",
        (CARD, "main .acts a.button.primary", "#ask button.primary"),
    ),
    Shot("compare", MENTEE, "mentors/saved", ("main form button.primary",)),
    Shot("saved", MENTEE, "mentors/saved"),
    Shot("requests", MENTEE, "requests/"),
    Shot("request", MENTEE, "requests/", (ITEM,)),
    Shot("mentorships", MENTEE, "mentorships/"),
    Shot("mentorship", MENTEE, "mentorships/", (ITEM,)),
    Shot("mentee-agreement", MENTEE, "mentorships/", (ITEM, "#part-charters .acts a")),
    Shot("mentee-meetings", MENTEE, "mentorships/", (ITEM, "#part-meetings p.gap-top a")),
    Shot("mentee-ending", MENTEE, "mentorships/", (ITEM, "#part-closing .acts a")),
    Shot("about-me", MENTEE, "about-me/"),
    Shot("notices", MENTEE, "notices/"),
    Shot("notice-choices", MENTEE, "notices/choices"),
    Shot("not-found", MENTEE, "nothing-here"),
    Shot("mentor-requests", MENTOR, "requests/"),
    Shot("mentor-request", MENTOR, "requests/", (ITEM,)),
    Shot("profile", MENTOR, "profile/"),
    Shot("profile-preview", MENTOR, "profile/preview"),
    Shot("withdrawal", MENTOR, "profile/withdrawal"),
    Shot("mentor-mentorship", MENTOR, "mentorships/", (ITEM,)),
    Shot("pair-agreement", MENTOR, "mentorships/", (ITEM, "#part-charters .acts a")),
    Shot("pair-meetings", MENTOR, "mentorships/", (ITEM, "#part-meetings p.gap-top a")),
    Shot("pair-goals", MENTEE, "mentorships/", (ITEM, "#goals .acts a")),
    Shot("pair-goal", MENTEE, "mentorships/", (ITEM, "#goals .acts a", "main h3 a, main h2 a")),
    Shot("pair-check-ins", MENTEE, "mentorships/", (ITEM, "#part-rhythm .acts a")),
    Shot("pair-pause", MENTOR, "mentorships/", (ITEM, "#part-rhythm .acts a:last-of-type")),
    Shot("pair-messages", MENTEE, "mentorships/", (ITEM, "#messages .acts a")),
    Shot("pair-note", MENTEE, "mentorships/", (ITEM, "#notes li a")),
    Shot("pair-files", MENTEE, "mentorships/", (ITEM, "#files .acts a")),
    Shot("pair-journal", MENTEE, "mentorships/", (ITEM, "#part-journal .acts a:last-of-type")),
    Shot("pair-ending", MENTOR, "mentorships/", (ITEM, "#part-closing .acts a")),
    Shot("readiness", MENTOR, "mentorships/", READINESS),
    Shot("readiness-path", MENTOR, "mentorships/", (*READINESS, "main a[href$='/path']")),
    Shot("readiness-boards", MENTOR, "mentorships/", (*READINESS, "main a[href$='/boards']")),
    Shot("meeting-hours", MENTOR, "meeting-hours/"),
    Shot("journal", MENTOR, "journal/"),
    Shot("assisting", MENTOR, "assisting/"),
    Shot("people", PARTNER, "people/"),
    Shot("invite", PARTNER, "people/invitations/new"),
    Shot("imports", PARTNER, "people/imports/"),
    Shot("pairs", PARTNER, "pairs/"),
    Shot("agreements", PARTNER, "agreements/"),
    Shot("domains", PARTNER, "domains/"),
    Shot("group", PARTNER, "group/"),
    Shot("retention", PARTNER, "settings/retention/"),
    Shot("tracks", PARTNER, "tracks"),
    Shot("subscriptions", PARTNER, "subscriptions"),
    Shot("approvals", PARTNER, "requests/approvals"),
    Shot("conflicts", PARTNER, "conflicts/"),
    Shot("conflict-new", PARTNER, "conflicts/new"),
    Shot("activity", PARTNER, "activity/"),
    Shot("settings", PARTNER, "settings/"),
    Shot("partner-notices", PARTNER, "notices/"),
    Shot("letters", PARTNER, "notices/letters"),
    Shot("firms", NETWORK, "firms/"),
    Shot("firm", NETWORK, "firms/", ("main table th a",)),
    Shot("firm-new", NETWORK, "firms/new"),
    Shot("network-people", NETWORK, "people/"),
    Shot("network-pairs", NETWORK, "pairs/"),
    Shot("network-agreement", NETWORK, "agreements/"),
    Shot("agreement-rules", NETWORK, "agreement-rules/"),
    Shot("bench", NETWORK, "programmes/", BENCH),
    Shot("bench-standings", NETWORK, "programmes/", (*BENCH, LATEST)),
    Shot("bench-curve", NETWORK, "programmes/", (*BENCH, LATEST, "main a[href$='/balance-curve']")),
    Shot("bench-of-peers", NETWORK, "programmes/", BENCH_OF_PEERS),
    Shot("bench-comparison", NETWORK, "programmes/", (*BENCH_OF_PEERS, LATEST)),
    Shot("bench-left-over", NETWORK, "programmes/", (*BENCH_OF_PEERS, FIRST)),
    Shot("bench-pair", NETWORK, "programmes/", (*BENCH_OF_PEERS, LATEST, PAIR)),
    Shot("bench-letter", NETWORK, "programmes/", (*BENCH_OF_PEERS, LATEST, PAIR, "main a[href*='/letter']")),
    Shot("bench-swap", NETWORK, "programmes/", (*BENCH_OF_PEERS, LATEST, *SWAP)),
    Shot("bench-publish", NETWORK, "programmes/", (*BENCH_OF_PEERS, LATEST, "main a[href$='/publication']")),
    Shot("network-tracks", NETWORK, "tracks"),
    Shot("network-track", NETWORK, "tracks", (TRACK,)),
    Shot("account", NETWORK, "/account/"),
    Shot("second-factor", NETWORK, "/account/second-factor/"),
    Shot("own-data", NETWORK, "/account/privacy/"),
    Shot("concerns", NETWORK, "requests/concerns"),
    Shot("network-settings", NETWORK, "settings/"),
    Shot("network-activity", NETWORK, "activity/"),
    Shot("password", NETWORK, "/account/password"),
    Shot("workspaces", NETWORK, "/workspaces/"),
    Shot("where-paid", NETWORK, "settings/payments/"),
    Shot("own-key", NETWORK, "settings/payments/key"),
    Shot("subscriptions", PAYER, "subscriptions"),
    Shot("subscription", PAYER, "subscriptions", (ROW,)),
    Shot("subscription-seats", PAYER, "subscriptions", (ROW, "main a[href$='/seats']", "main button.primary")),
    Shot("subscription-details", PAYER, "subscriptions", (ROW, "main a[href$='/invoice-details']")),
    Shot("subscription-end", PAYER, "subscriptions", (ROW, "main a[href$='/cancellation']")),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.shots", description="Take a picture of every page.")
    parser.add_argument("--home", help="where the demo runs; without it, it is started")
    choices = {
        "only": [shot.name for shot in SHOTS],
        "languages": LANGUAGES,
        "sizes": list(SIZES),
        "schemes": SCHEMES,
    }
    for name, every in choices.items():
        parser.add_argument(f"--{name}", default=",".join(every), help=f"of {', '.join(every)}")
    options = parser.parse_args()
    wanted = [shot for shot in SHOTS if shot.name in options.only.split(",")]
    try:
        browser = chromium.find()
        if browser is None:
            raise Problem("No Chromium here: apt-get install chromium, or set PASSERELLE_BROWSER.")
        with demo(options.home) as home, sync_playwright() as play:
            driven = play.chromium.launch(
                executable_path=browser, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            )
            variants = (options.languages.split(","), options.sizes.split(","), options.schemes.split(","))
            taken = take(driven, home, wanted, *variants)
            driven.close()
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    say(f"{taken} pictures in {FOLDER.relative_to(ROOT)}/")
    return 0


@contextlib.contextmanager
def demo(home: str | None) -> Iterator[str]:
    """The address of a demo that runs already, or of one that runs inside the block."""
    if home:
        yield home.rstrip("/")
        return
    (port,) = free_ports(8800, 1)
    address = f"http://127.0.0.1:{port}"
    say("Starting the demo")
    with subprocess.Popen([sys.executable, "-m", "dev.demo_run", "--port", str(port)], cwd=ROOT) as running:
        try:
            while not answers(f"{address}/ready"):
                if running.poll() is not None:
                    raise Problem(
                        "The demo did not start. If it runs already: make shots HOME_URL=http://127.0.0.1:8000"
                    )
                time.sleep(0.5)
            yield address
        finally:
            running.send_signal(signal.SIGINT)


def take(
    browser: Browser,
    home: str,
    shots: Sequence[Shot],
    languages: Sequence[str],
    sizes: Sequence[str],
    schemes: Sequence[str],
) -> int:
    """Take the pictures and return how many there are."""
    people = {line["who"].split(" (")[0]: line for line in json.loads(ACCOUNTS.read_text(encoding="utf-8"))}
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = 0
    for who in dict.fromkeys(shot.who for shot in shots):
        cookies = sign_in(browser, home, people[who]) if who else []
        slug = people[who]["where"].split("/")[1] if who else ""
        for language, size, scheme in itertools.product(languages, sizes, schemes):
            with context(browser, home, language, size, scheme, cookies) as opened:
                for shot in (shot for shot in shots if shot.who == who):
                    taken += picture(opened, home, shot, slug, f"{language}-{size}-{scheme}")
    return taken


def sign_in(browser: Browser, home: str, person: dict[str, str]) -> list[Any]:
    """The cookies of somebody who signed in through the form."""
    opened = browser.new_context(base_url=home)
    page = opened.new_page()
    page.goto(f"{home}/sign-in")
    page.locator("[name=email]").fill(person["email"])
    page.locator("[name=password]").fill(person["password"])
    page.locator("main button.primary").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    cookies = opened.cookies()
    opened.close()
    return cookies


@contextlib.contextmanager
def context(
    browser: Browser, home: str, language: str, size: str, scheme: Any, cookies: Sequence[Any]
) -> Iterator[BrowserContext]:
    """A browser of that kind. Its scheme is set before any page loads: a page that changes colours is seen changing."""
    width, height = SIZES[size]
    opened = browser.new_context(
        base_url=home,
        locale={"en": "en-GB", "fr": "fr-FR"}[language],
        viewport={"width": width, "height": height},
        is_mobile=size == "phone",
        has_touch=size == "phone",
        reduced_motion="reduce",
        color_scheme=scheme,
    )
    opened.set_default_timeout(30_000)
    opened.add_cookies([*cookies, {"name": "language", "value": language, "url": home}])
    yield opened
    opened.close()


def picture(opened: BrowserContext, home: str, shot: Shot, slug: str, variant: str) -> bool:
    page = opened.new_page()
    try:
        reach(page, home, shot, slug)
        stretch(page)
        page.screenshot(path=FOLDER / f"{shot.name}-{variant}.png", full_page=True)
    except Error as problem:
        say(f"{shot.name} ({variant}): {problem.message.splitlines()[0]}")
        return False
    finally:
        page.close()
    return True


def stretch(page: Page) -> None:
    """Make the screen as high as the page, so that what keeps to the screen's edge covers nothing."""
    height = page.evaluate("document.documentElement.scrollHeight")
    seen = page.viewport_size or {"width": 0, "height": 0}
    page.set_viewport_size({"width": seen["width"], "height": max(height, seen["height"])})


def reach(page: Page, home: str, shot: Shot, slug: str) -> None:
    """Go to the page that the shot names."""
    page.goto(home + (shot.path if shot.path.startswith("/") else f"/{slug}/{shot.path}"), wait_until="load")
    for step in shot.steps:
        page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
        page.locator(step).first.click()
        page.wait_for_load_state("load")


if __name__ == "__main__":
    sys.exit(main())
