"""A real Chromium in front of the whole product: web server, worker and mail server, with CSRF and both walls.

Server and worker are processes of their own, as in production. Nothing sleeps: every step waits for what it needs.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.orm import Session

from dev import chromium
from dev.mailbox import Mailbox
from marketplace.config import Settings
from tenants.accounts.models import Account, Person
from tests.browser.people import Visitor
from tests.browser.ready import Ready, ready
from tests.cast import PASSWORD, Cast
from tests.factories import publish

# Of a feature switched off twice Chromium knows the last list only: the driver's own come first. Each window of a whole Chromium
# also draws the pop-up of an address bar that nobody sees, in a process of its own: a second of the processor.
OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades HttpsFirstBalancedModeAutoEnable "
    "LensOverlay MediaRouter PaintHolding ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect OptimizationHints "
    "NetworkTimeServiceQuerying AimEnabled PreconnectToSearch "
    "WebUIOmniboxPopup WebUIOmniboxAimPopup WebUIOmniboxFullPopup SpareRendererForSitePerProcess"
).split()
# No page stays long enough for its scripts to be worth optimising: they are compiled once, simply, and that is kept.
SCRIPTS = "--always-sparkplug --no-flush-bytecode --max-optimized-bytecode-size=0 --no-maglev"
FLAGS = [
    *"--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split(),
    *("--disable-component-update", "--disable-sync", f"--disable-features={','.join(OFF)}", f"--js-flags={SCRIPTS}"),
]
HOUSE = Path(__file__).resolve().parents[2]
PATIENCE = 180
"""Seconds for a server to start or a letter to arrive, on a machine that does other things as well."""


@pytest.fixture(scope="module")
def debians_chromium() -> Iterator[Browser]:
    """Debian's Chromium. It ends with the module: what drives it keeps an event loop that other tests cannot share."""
    found = chromium.find()
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("CI runs the browser tests: install chromium, or set PASSERELLE_BROWSER.")
    if found is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set PASSERELLE_BROWSER")
    with sync_playwright() as play:
        driven = play.chromium.launch(executable_path=found, args=FLAGS)
        yield driven
        driven.close()


@contextmanager
def process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with its children; all are ended at the end."""
    with log.open("wb") as written:
        running = subprocess.Popen(
            command, env=environment, cwd=HOUSE, stdout=written, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield running
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if running.poll() is None:
                os.killpg(running.pid, number)
            try:
                running.wait(15)
                break
            except subprocess.TimeoutExpired:
                continue


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@pytest.fixture(scope="session")
def environment(settings: Settings) -> dict[str, str]:
    """What every process of the product is started with."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")},
        "SECRET_KEY": settings.secret_key,
        "JOURNAL_KEYS": settings.journal_keys,
        "PAYMENT_KEYS": settings.payment_keys,
        "DATABASE_URL": settings.database,
        "BASE_URL": f"http://127.0.0.1:{free_port()}",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture(scope="session")
def site(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the product, served by the server that production uses."""
    with serve(environment, tmp_path_factory.mktemp("web") / "log") as address:
        yield address


@contextmanager
def serve(environment: dict[str, str], log: Path) -> Iterator[str]:
    """The product at the ``BASE_URL`` of ``environment``, until the block ends."""
    address = environment["BASE_URL"]
    command = [
        *(sys.executable, "-m", "granian", "tests.browser.served:app", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", address.rsplit(":", 1)[1], "--blocking-threads", "4"),
    ]
    with process(command, environment, log) as server:
        give_up = time.monotonic() + PATIENCE
        while not answers(f"{address}/ready"):
            if server.poll() is not None or time.monotonic() > give_up:
                pytest.fail(f"The web server did not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.1)
        yield address
        told = log.read_text(errors="replace")
    assert "unhandled error" not in told, told[-6000:]


class Post:
    """The letters that the worker sent."""

    def __init__(self, box: Mailbox, site: str) -> None:
        self.box = box
        self.site = site

    def letter(self, address: str, about: str = "") -> EmailMessage:
        """The first letter to ``address`` with ``about`` in its subject; waits for it."""
        give_up = time.monotonic() + PATIENCE
        while True:
            seen = len(self.box.letters)
            found = [letter for letter in self.box.to(address) if about in str(letter["Subject"])]
            if found:
                return found[0]
            try:
                self.box.wait_for(seen + 1, seconds=max(0.1, give_up - time.monotonic()))
            except TimeoutError:
                came = "\n".join(f"{letter['To']}: {letter['Subject']}" for letter in self.box.letters)
                pytest.fail(f"No letter to {address} about “{about}”. These came:\n{came}")

    def link(self, address: str, about: str = "", *, to: str = "") -> str:
        """The address that the letter's button opens (the first in its plain text), or its first below ``to``."""
        body = self.letter(address, about).get_body(("plain",))
        assert body is not None
        found = re.search(rf"{re.escape(self.site)}/{to}\S+", body.get_content())
        assert found, body.get_content()
        return found[0].rstrip(".,)>")


@pytest.fixture(scope="session")
def loaded() -> Iterator[Ready]:
    """The product, loaded once for every worker that a test starts."""
    with ready() as waiting:
        yield waiting


@pytest.fixture
def post(cast: Cast, site: str, loaded: Ready, environment: dict[str, str], tmp_path: Path) -> Iterator[Post]:
    """A worker at work, and the mail server it sends to."""
    with Mailbox() as box:
        mine = environment | {"MAIL_SERVER": box.host, "MAIL_PORT": str(box.port)}
        with loaded.become(["worker"], mine, tmp_path / "worker.log"):
            yield Post(box, site)
    told = (tmp_path / "worker.log").read_text(errors="replace")
    assert "Traceback" not in told, told[-6000:]


@pytest.fixture
def visit(debians_chromium: Browser, site: str) -> Iterator[Callable[..., Visitor]]:
    """Open a browser of somebody's own: ``visit("fr", phone=True)``. At the end no page may have complained."""
    opened: list[Visitor] = []

    def opening(language: str = "en", **options: bool | str) -> Visitor:
        visitor = Visitor(debians_chromium, site, language, **options)  # type: ignore[arg-type]
        opened.append(visitor)
        return visitor

    yield opening
    faults = [fault for visitor in opened for fault in visitor.faults]
    for visitor in opened:
        visitor.close()
    assert faults == []


BOTH = os.environ.get("JOURNEYS") == "both"
"""Long journeys in both languages; as a rule each in one, for a journey takes as long as two hundred pages."""


def in_one(language: str) -> list[str]:
    """The languages of a long journey."""
    return ["en", "fr"] if BOTH else [language]


@pytest.fixture(params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def hashed_password() -> str:
    """``cast.PASSWORD``, as the product keeps it."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(PASSWORD)


@pytest.fixture
def people(cast: Cast, operator: Session, app: Flask, hashed_password: str, language: str) -> Cast:
    """The cast with a password each and the test's language; Max's, Abe's, Ida's and Olga's pages are published."""
    for account in operator.query(Account):
        account.password = hashed_password
    for person in operator.query(Person):
        person.locale = language
    operator.commit()
    for mentor in (cast.max, cast.abe, cast.ida, cast.olga):
        publish(app, mentor)
    return cast


@pytest.fixture
def effort(record_property: Callable[[str, object], None]) -> Callable[[str, float, float], None]:
    """Print a figure at the end of the run, and hold it to its bar."""

    def hold(what: str, figure: float, bar: float) -> None:
        record_property("effort", f"{what}: {figure:g} (at most {bar:g})")
        assert figure <= bar, f"{what}: {figure:g} where at most {bar:g} was promised"

    return hold
