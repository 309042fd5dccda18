"""One stand-in as a process of its own for each file of tests, and an address that takes its events."""

import json
import os
import subprocess
import sys
import threading
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

    def types(self) -> list[str]:
        return [event.type for event in self.events]


class StandIn:
    """A running stand-in: the SDK's client for it, and its switches."""

    def __init__(self, home: str, receiver: Receiver) -> None:
        self.home = home
        self.receiver = receiver
        self.client = stripe.StripeClient("sk_test_of_these_tests", base_addresses={"api": home})

    @property
    def v1(self) -> Any:
        return Checked(self.client.v1)

    def control(self, what: str, **given: Any) -> Any:
        data = urllib.parse.urlencode(given).encode()
        with urllib.request.urlopen(f"{self.home}/_control/{what}", data, timeout=20) as answer:
            return json.load(answer)

    def heard(self) -> list[str]:
        """The types of the events that have come, once all have, and forget them."""
        with urllib.request.urlopen(f"{self.home}/_control/wait?seconds=10", timeout=20):
            pass
        types = self.receiver.types()
        wrong = [each for raw in self.receiver.raw for each in (*problems(raw), *problems(raw["data"]["object"]))]
        assert wrong == []
        self.receiver.events.clear()
        self.receiver.raw.clear()
        return types


class Checked:
    """The SDK's services, whose replies are checked against the SDK's own classes, every one."""

    def __init__(self, service: Any) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._service, name)
        return self._checked(found) if callable(found) else Checked(found)

    def _checked(self, call: Any) -> Any:
        def checked(*given: Any, **named: Any) -> Any:
            reply = call(*given, **named)
            assert problems(json.loads(reply.last_response.body)) == []
            return reply

        return checked


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    receiver = Receiver()
    process = subprocess.Popen(
        [sys.executable, "-m", "dev.stripe", "--port", "0", "--webhook", receiver.address]
        + ["--secret", SECRET, "--pause", "0.05"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    line = process.stdout.readline()
    try:
        yield StandIn(line.split()[-1], receiver)
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
        receiver.close()


@pytest.fixture
def standin(running: StandIn) -> Iterator[StandIn]:
    yield running
    running.control("clear")
    running.receiver.events.clear()
    running.receiver.raw.clear()
    running.receiver.refuse = 0
