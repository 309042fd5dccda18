"""One stand-in as a process of its own for these tests, and an address that takes its events."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.dev.stripe.shapes import problems

ROOT = Path(__file__).resolve().parents[3]
SECRET = "whsec_of_these_tests"


class Receiver:
    """Takes events as the product would: verified with the SDK; answers with `status`."""

    def __init__(self) -> None:
        self.events: list[stripe.Event] = []
        self.raw: list[dict[str, Any]] = []
        self.refuse = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], SECRET)
                if receiver.refuse:
                    receiver.refuse -= 1
                    self.send_response(503)
                else:
                    receiver.events.append(event)
                    receiver.raw.append(json.loads(body))
                    self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        """Be as new."""
        self.events.clear()
        self.raw.clear()
        self.refuse = 0

    def types(self) -> list[str]:
        return [event.type for event in self.events]


class Service:
    """Stripe, or what stands in for it: the SDK's services, whose replies are checked, every one."""

    def __init__(self, client: stripe.StripeClient, key: str, home: str, *, real: bool = False) -> None:
        self.client = client
        self.key = key
        self.home = home
        self.real = real
        self.clocks: list[str] = []
        """Those that were made; with each go the customers on it."""

    @property
    def v1(self) -> Any:
        return Checked(self.client.v1)

    def advance(self, clock: str, to: int) -> None:
        """Let time pass on a test clock; Stripe itself needs a while for it."""
        moved = self.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": to})
        assert moved.status == "advancing"
        while self.v1.test_helpers.test_clocks.retrieve(clock).status != "ready":
            assert self.real
            time.sleep(2)


class StandIn(Service):
    """A running stand-in, with its switches and its pages."""

    def __init__(self, home: str, receiver: Receiver) -> None:
        key = "sk_test_of_these_tests"
        super().__init__(stripe.StripeClient(key, base_addresses={"api": home}), key, home)
        self.receiver = receiver

    def control(self, what: str, **given: Any) -> Any:
        data = urllib.parse.urlencode(given).encode()
        with urllib.request.urlopen(f"{self.home}/_control/{what}", data, timeout=20) as answer:
            return json.load(answer)

    def control_list(self, what: str) -> Any:
        """What one of the switches tells."""
        return json.loads(self.page(f"{self.home}/_control/{what}")[1])

    def heard(self) -> list[str]:
        """The types of the events that have come, once all have; then they are forgotten."""
        with urllib.request.urlopen(f"{self.home}/_control/wait?seconds=10", timeout=20):
            pass
        types = self.receiver.types()
        wrong = [each for raw in self.receiver.raw for each in (*problems(raw), *problems(raw["data"]["object"]))]
        assert wrong == []
        self.receiver.events.clear()
        self.receiver.raw.clear()
        return types

    def page(self, address: str, given: dict[str, str] | None = None, *, language: str = "en") -> tuple[int, str, str]:
        """Status, body, and where a page leads: GET, or POST with what is typed. Redirects are not followed."""
        data = urllib.parse.urlencode(given).encode() if given is not None else None
        asked = urllib.request.Request(address, data, {"Accept-Language": language})
        try:
            with urllib.request.build_opener(Stay).open(asked, timeout=20) as answer:
                return answer.status, answer.read().decode("utf-8", "replace"), ""
        except urllib.error.HTTPError as other:
            with other:
                return other.code, other.read().decode(), other.headers.get("Location", "")


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Checked:
    """Services of the SDK whose replies are checked against the SDK's own classes."""

    def __init__(self, service: Any) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._service, name)
        if not callable(found):
            return Checked(found)

        def checked(*given: Any, **named: Any) -> Any:
            reply = found(*given, **named)
            assert problems(json.loads(reply.last_response.body)) == []
            return reply

        return checked


@contextlib.contextmanager
def started(receiver: Receiver, *options: str) -> Iterator[StandIn]:
    """A stand-in in a process of its own, for as long as the block lasts."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "dev.stripe", "--port", "0", "--pause", "0.05"),
            *("--webhook", receiver.address, "--secret", SECRET, *options),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        yield StandIn(process.stdout.readline().split()[-1], receiver)
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def running(receiver: Receiver) -> Iterator[StandIn]:
    with started(receiver) as standin:
        yield standin


@pytest.fixture
def standin(running: StandIn) -> Iterator[StandIn]:
    """The stand-in, as empty after the test as before; every event of the test has been checked."""
    yield running
    running.heard()
    running.control("clear")
    running.receiver.forget()


@pytest.fixture(params=["stand-in", pytest.param("stripe", marks=pytest.mark.real)])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """The same test asks both: what stands in for Stripe and, where STRIPE_TEST_KEY is set, Stripe itself.

    STRIPE_TEST_BASE: another address that is treated as Stripe, to rehearse.
    """
    if request.param == "stand-in":
        yield request.getfixturevalue("standin")
        return
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if not key:
        pytest.skip("Stripe itself is asked where STRIPE_TEST_KEY is set")
    if not key.startswith(("sk_test_", "rk_test_")):
        pytest.fail("STRIPE_TEST_KEY is a key that takes real money. Set one of the test mode.")
    home = os.environ.get("STRIPE_TEST_BASE", "")
    base: Any = {"api": home} if home else None
    service = Service(stripe.StripeClient(key, base_addresses=base), key, home, real=True)
    yield service
    for clock in service.clocks:
        service.client.v1.test_helpers.test_clocks.delete(clock)
