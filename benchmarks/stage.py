"""What a measurement stands on: a filled database, the two servers, and how much effort it may take."""

from __future__ import annotations

import http.client
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, repeat
from typing import Any
from unittest import mock

import psycopg
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.engine import make_url

from benchmarks.figures import Figure
from benchmarks.load import Load, drive, get
from benchmarks.population import Viewer, fill
from benchmarks.servers import SECRET, Server
from marketplace.app import create_app
from marketplace.config import Settings
from tenants.migrate import prepare_database

COOKIE = "passerelle"


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: rounds that alternate between the two sides, seconds of a side, and forms sent in a round."""

    rounds: int = 5
    seconds: float = 3.0
    posts: int = 160


@dataclass(frozen=True, slots=True)
class Stage:
    """``address`` is the superuser's."""

    address: str
    scale: int
    viewers: Sequence[Viewer]
    hello: Server
    product: Server
    effort: Effort


def populated(address: str, database: str, mentors: int) -> tuple[str, list[Viewer]]:
    """Make and fill a database of this name on the server of ``address``; returns its address, and who may look."""
    made = make_url(address).set(database=database).render_as_string(hide_password=False)
    prepare_database(made)
    return made, fill(made, mentors)


@cache
def product(address: str) -> Flask:
    """The product inside this process, made once."""
    return create_app(Settings(secret_key=SECRET, database=address), overrides={"RATELIMIT_ENABLED": False})


# --- signed in ------------------------------------------------------------------------------------------------------


def _signer() -> URLSafeTimedSerializer:
    app = Flask(__name__)
    app.secret_key = SECRET
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    if serializer is None:
        raise RuntimeError("Sessions cannot be signed.")
    return serializer


# Made once: several threads that each make an application trip over each other in Python 3.11 (its parser is not safe there).
SIGNER = _signer()


def session_cookie(token: str) -> str:
    """What the session cookie holds for somebody who has just signed in."""
    value = SIGNER.dumps({"_user_id": token})
    return value if isinstance(value, str) else value.decode()


def open_page(port: int, path: str, token: str) -> tuple[str, str]:
    """Open a page as a browser does: the cookie that it sets, and the CSRF token in it. Raises ``RuntimeError``."""
    signed_in = f"{COOKIE}={session_cookie(token)}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={"Cookie": signed_in})
        answer = connection.getresponse()
        page = answer.read().decode()
    finally:
        connection.close()
    token_in_page = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if answer.status != 200 or not token_in_page:
        raise RuntimeError(f"{path} answered {answer.status} to somebody who may see it.")
    return (answer.getheader("Set-Cookie") or signed_in).split(";")[0], token_in_page[1]


# --- shares of hello ------------------------------------------------------------------------------------------------


def share_of_hello(
    name: str, bar: str, stage: Stage, batches: Iterable[Iterable[bytes]], *, status: int = 200, timed: bool = True
) -> Figure:
    """The product's rate of answers ÷ that of the bare page: the median over the rounds.

    The first batch warms up. Before and after every other the bare page is measured, so that what else the machine does
    meets both sides. A batch ends with its time, or (not ``timed``) with its last request. Raises ``RuntimeError`` when
    an answer has another status.
    """
    seconds = stage.effort.seconds
    warm, *measured = batches
    pages, hellos = [], [_hello(stage)]
    for batch in (warm, *measured):
        pages.append(drive(stage.product.port, batch, status=status, seconds=seconds if timed else None))
        hellos.append(_hello(stage))
    for load in (*pages, *hellos):
        if load.failed:
            raise RuntimeError(f"{name}: {load.failed} answers were not as they should be: {load.complaint!r}")
    around = [(before.rate + after.rate) / 2 for before, after in pairwise(hellos)]
    ratios = [load.rate / rate for load, rate in zip(pages, around, strict=True)][1:]
    together = Load(times=[time for load in pages[1:] for time in load.times])
    detail = {
        "per_second": round(statistics.median(load.rate for load in pages[1:]), 1),
        "hello_per_second": round(statistics.median(load.rate for load in hellos), 1),
        "p50_ms": round(together.share_of_times(0.5), 1),
        "p95_ms": round(together.share_of_times(0.95), 1),
        "least": round(min(ratios), 4),
        "most": round(max(ratios), 4),
        "answers": len(together.times),
        "generator_cpu": round(statistics.median(load.generator for load in pages[1:]), 2),
        "generator_cpu_hello": round(statistics.median(load.generator for load in hellos), 2),
    }
    return Figure(name, stage.scale, statistics.median(ratios), bar, detail)


def _hello(stage: Stage) -> Load:
    return drive(stage.hello.port, repeat(get("/")), seconds=max(stage.effort.seconds / 2, 0.2))


# --- statements -----------------------------------------------------------------------------------------------------


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that psycopg sends meanwhile, whoever wrote it; BEGIN and COMMIT are not among them."""
    sent: list[str] = []

    def noted(send: Any) -> Any:
        def run(cursor: psycopg.Cursor[Any], query: Any, *arguments: Any, **options: Any) -> Any:
            sent.append(str(query))
            return send(cursor, query, *arguments, **options)

        return run

    with (
        mock.patch.object(psycopg.Cursor, "execute", noted(psycopg.Cursor.execute)),
        mock.patch.object(psycopg.Cursor, "executemany", noted(psycopg.Cursor.executemany)),
    ):
        yield sent
