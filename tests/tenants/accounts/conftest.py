"""A browser that fills in real forms: CSRF is on, and the session is the cookie that the page set."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.app import create_app
from tenants.accounts.models import Account
from tenants.shared.extensions import limiter
from tests.cast import PASSWORD, Actor


class Browser:
    """Opens pages and sends the forms on them, as a person would."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **arguments: object) -> TestResponse:
        return self.client.get(path, **arguments)

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def send(self, page: str, target: str | None = None, **fields: str) -> TestResponse:
        """Open ``page``, then post ``fields`` with its CSRF token to ``target`` (or to the page itself)."""
        data = {"csrf_token": self.token(page), **fields}
        return self.client.post(target or page, data=data)

    def sign_in(self, actor: Actor, password: str = PASSWORD, page: str = "/sign-in", **fields: str) -> TestResponse:
        return self.send(page, "/sign-in", email=actor.email, password=password, **fields)


@pytest.fixture(scope="package")
def guarded_app(settings) -> Flask:
    """The product with CSRF and throttles on, as it is served."""
    return create_app(settings, overrides={"TESTING": True, "RATELIMIT_ENABLED": True})


@pytest.fixture
def open_browser(guarded_app: Flask) -> Iterator[Callable[[], Browser]]:
    """Make a new browser; each has its own cookies. The throttles begin at nought."""
    with guarded_app.app_context():
        limiter.reset()
    # One limiter serves every app of this process; the one made last without throttles switched it off for all.
    was, limiter.enabled = limiter.enabled, True
    yield lambda: Browser(guarded_app.test_client())
    limiter.enabled = was
    with guarded_app.app_context():
        limiter.reset()


@pytest.fixture
def with_password(guarded_app: Flask, operator: Session) -> Callable[[Actor], Actor]:
    """Give an actor the cast's password."""

    def give(actor: Actor) -> Actor:
        with guarded_app.app_context():
            operator.get_one(Account, actor.person_id).password = hash_password(PASSWORD)
        operator.commit()
        return actor

    return give


@pytest.fixture
def code_in(mailbox, work) -> Callable[[str], str]:
    """The six figures of the latest letter to an address."""

    def read(address: str) -> str:
        work()
        body = mailbox.to(address)[-1].get_body(("plain",)).get_content()
        found = re.search(r"\b(\d{6})\b", body)
        assert found, body
        return found[1]

    return read


@pytest.fixture
def with_app(guarded_app: Flask) -> Callable[[Browser], tuple[str, list[str]]]:
    """Set up an authenticator app in a browser that is freshly signed in: the app's key, and the recovery codes."""

    def set_up(browser: Browser) -> tuple[str, list[str]]:
        page = browser.get("/account/second-factor")
        assert page.status_code == 200
        key = re.search(r'class="key">([^<]+)<', page.text)[1]
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        data = {"csrf_token": token, "code": figures(key)}
        done = browser.client.post("/account/second-factor", data=data)
        assert done.status_code == 200, done.text
        return key, re.findall(r'class="key">([^<]+)<', done.text)

    return set_up


def figures(key: str, ahead: int = 0) -> str:
    """What an app with this key shows, ``ahead`` seconds from now. Another library than the product's: RFC 6238 by hand."""
    secret = base64.b32decode(key.replace("-", "").replace(" ", "") + "=" * (-len(re.sub(r"[- ]", "", key)) % 8))
    step = struct.pack(">Q", int(time.time() + ahead) // 30)
    digest = hmac.new(secret, step, "sha1").digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
