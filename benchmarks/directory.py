"""What the directory costs: its pages as a share of a bare "hello", its walls, and how it grows.

Each function returns one figure as a mapping: name, scale, value, bar, ok, detail. The server is the product as it is
served in production, the other side of each ratio is measured in the same run on the same machine.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask

from benchmarks.load import Load, drive
from benchmarks.population import Viewer
from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.directory import queries
from marketplace.directory.forms import Search
from tenants.walls import plain_address, role_address

SECRET = "a key for measuring only, forty characters"
WORKERS = 2
HELLO = "from flask import Flask\napp = Flask('hello')\napp.add_url_rule('/', 'hello', lambda: 'hello')\n"

Figure = dict[str, Any]

BROWSE = ("", "?language=fr", "?where=remote&skill=negotiation", "?function=finance")
SEARCHES = ("?q=budget", "?q=career+board", "?q=n%C3%A9gociation", "?q=team+failure&language=fr", "?q=hiring")
MIX = (
    Search(),
    Search("budget"),
    Search("career board"),
    Search("negotiation"),
    Search("hiring culture night"),
    Search("bobra"),
    Search("wareho"),
    Search(chosen=(("language", ("sv",)),)),
    Search(chosen=(("skill", ("negotiation",)), ("where", ("lyon",)))),
    Search("turnaround", (("language", ("fr",)), ("seniority", ("executive",))), full=True),
)


def directory_share_of_hello(address: str, scale: int, viewers: Sequence[Viewer], seconds: float = 6) -> Figure:
    """Requests per second of the signed-in directory, as a share of a bare Flask page under gunicorn."""
    return _share("directory_share_of_hello", BROWSE, address, scale, viewers, seconds)


def search_share_of_hello(address: str, scale: int, viewers: Sequence[Viewer], seconds: float = 6) -> Figure:
    """The same for pages of a search with words."""
    return _share("search_share_of_hello", SEARCHES, address, scale, viewers, seconds)


def directory_statements(address: str, scale: int, viewers: Sequence[Viewer]) -> Figure:
    """The most SQL statements that one page of the directory sends."""
    app, counts, sent = _app(address), [], [0]

    def note(*_event: Any) -> None:
        sent[0] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = viewers[0].token
        for query in (*BROWSE, *SEARCHES):
            sent[0] = 0
            client.get(f"/{viewers[0].slug}/mentors/{query}")
            counts.append(sent[0])
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    most = max(counts)
    return _figure("directory_statements", scale, most, "<=6", most <= 6, {"pages": len(counts)})


def walls_overhead(address: str, scale: int, viewers: Sequence[Viewer], rounds: int = 15) -> Figure:
    """Candidates under the walls ÷ the same with an equivalent WHERE, by a role that no policy binds; the median."""
    viewer = next((v for v in viewers if v.in_marketplace), viewers[0])
    ratios = []
    with (
        psycopg.connect(plain_address(role_address(address, "web")), prepare_threshold=None) as walled,
        psycopg.connect(plain_address(address), prepare_threshold=None) as free,
    ):
        entered = walled.execute("SELECT * FROM enter_workspace(%s, %s)", (viewer.token, viewer.slug))
        columns = [column.name for column in entered.description or ()]
        context = dict(zip(columns, entered.fetchone() or (), strict=True))
        free.execute(_function_without_walls(free))
        for search in MIX:
            parameters = {
                "match": queries._match(search),
                "rank": queries._rank_query(search.words),
                "audiences": context["audiences"],
                "hidden": [*context["hidden"], context["org_id"]],
                "blocked": [*context["blocked"], context["person_id"]],
                "full": search.full,
                "own": context["org_id"],
            }
            inside, outside = [], []
            for _ in range(rounds):
                inside.append(_timed(walled, "directory_candidates(", "", parameters))
                outside.append(_timed(free, "pg_temp.unwalled_candidates(", ", %(own)s", parameters))
            ratios.append(min(inside) / min(outside))
        free.rollback()
    value = statistics.median(ratios)
    return _figure(
        "walls_overhead", scale, value, "<=1.2", value <= 1.2, {"worst": max(ratios), "queries": len(ratios)}
    )


def page_times(address: str, viewers: Sequence[Viewer], rounds: int = 5) -> list[float]:
    """Milliseconds of each query of the mix, the whole page without HTTP; the median over a few viewers and rounds."""
    app, times = _app(address), []
    for search in MIX:
        taken = []
        for viewer in viewers[:3]:
            client = app.test_client()
            with client.session_transaction() as session:
                session["_user_id"] = viewer.token
            for _ in range(rounds):
                start = time.perf_counter()
                client.get(f"/{viewer.slug}/mentors/?{search.query_string()}")
                taken.append((time.perf_counter() - start) * 1000)
        times.append(statistics.median(taken))
    return times


def worst_page_growth(small: Sequence[float], large: Sequence[float], scale: int) -> Figure:
    """The worst page of the mix at ``scale`` ÷ the worst at ten thousand; arguments from ``page_times`` at both."""
    value = max(large) / max(small)
    detail = {"worst_small_ms": max(small), "worst_large_ms": max(large)}
    return _figure("worst_page_growth", scale, value, "<=3", value <= 3, detail)


# --- the steps --------------------------------------------------------------------------------------------------------


def _figure(name: str, scale: int, value: float, bar: str, ok: bool, detail: dict[str, Any]) -> Figure:
    return {"name": name, "scale": scale, "value": round(value, 4), "bar": bar, "ok": ok, "detail": detail}


def _app(address: str) -> Flask:
    settings = Settings(secret_key=SECRET, database=address)
    return create_app(settings, overrides={"RATELIMIT_ENABLED": False})


def _share(
    name: str, queries_: Sequence[str], address: str, scale: int, viewers: Sequence[Viewer], seconds: float
) -> Figure:
    app = _app(address)
    paths = [
        (f"/{viewer.slug}/mentors/{query}", _cookie(app, viewer.token)) for viewer in viewers for query in queries_
    ]
    with hello_server() as port:
        hello = drive(port, [("/", "")], seconds=seconds / 2)
    with product_server(address) as port:
        drive(port, paths, seconds=2)
        pages = drive(port, paths, seconds=seconds)
    with hello_server() as port:
        again = drive(port, [("/", "")], seconds=seconds / 2)
    rate = (hello.rate + again.rate) / 2
    bar = 0.06 if scale < 1_000_000 else 0.04
    value = pages.rate / rate
    return _figure(name, scale, value, f">={bar}", value >= bar and not pages.failed, _detail(pages, rate))


def _detail(pages: Load, hello: float) -> dict[str, Any]:
    return {
        "pages_per_second": round(pages.rate, 1),
        "hello_per_second": round(hello, 1),
        "p95_ms": round(pages.p95_ms, 1),
        "failed": pages.failed,
    }


def _cookie(app: Flask, token: str) -> str:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
    cookie = client.get_cookie("passerelle")
    return f"passerelle={cookie.value if cookie else ''}"


@contextmanager
def hello_server() -> Iterator[int]:
    """A bare Flask page under gunicorn's sync workers; yields the port."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", str(WORKERS), "-b", f"127.0.0.1:{port}", "hello:app"]
    with _served([*command, "--log-level", "error"], port, hello=True):
        yield port


@contextmanager
def product_server(address: str) -> Iterator[int]:
    """The product under granian, as in production; yields the port."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(WORKERS)]
    command += ["--port", str(port), "--log-level", "error", "marketplace.wsgi:app"]
    with _served(command, port, DATABASE_URL=address, SECRET_KEY=SECRET):
        yield port


@contextmanager
def _served(command: Sequence[str], port: int, *, hello: bool = False, **environment: str) -> Iterator[None]:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        if hello:
            (Path(folder) / "hello.py").write_text(HELLO)
        server = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=folder if hello else None, stdout=subprocess.DEVNULL
        )
        try:
            _wait_for(port, server)
            yield
        finally:
            server.terminate()
            server.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as probe:
                probe.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                if probe.recv(100):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the server did not answer within a minute")


def _timed(connection: psycopg.Connection[Any], function: str, further: str, parameters: dict[str, Any]) -> float:
    start = time.perf_counter()
    connection.execute(
        f"SELECT * FROM {function}%(match)s::tsquery, %(rank)s::tsquery, %(audiences)s::integer[], "
        f"%(hidden)s::integer[], %(blocked)s::bigint[], %(full)s, 300{further})",
        parameters,
    ).fetchall()
    return time.perf_counter() - start


def _function_without_walls(connection: psycopg.Connection[Any]) -> str:
    """The product's own function with only the application's conditions, to be run by a role that owns everything."""
    definition = connection.execute("SELECT pg_get_functiondef('directory_candidates'::regproc)").fetchone()
    text = str(definition[0] if definition else "")
    replaced: dict[str, str] = {
        "FUNCTION public.directory_candidates(": "FUNCTION pg_temp.unwalled_candidates(",
        "p_most integer)": "p_most integer, p_own integer)",
        " SECURITY DEFINER": "",
        "IF NOT wall_sealed() THEN RETURN; END IF;": "",
        "ARRAY(SELECT unnest(p_audiences) INTERSECT SELECT unnest(wall_audiences()))": "p_audiences",
        "p_hidden || wall_hidden()": "p_hidden",
        "p_blocked || wall_blocked() || wall_person()": "p_blocked",
        "own := wall_org()": "own := p_own",
    }
    for old, new in replaced.items():
        if old not in text:
            raise RuntimeError(f"the function has changed: {old!r} is not in it any more")
        text = text.replace(old, new)
    return text


__all__: Sequence[str] = [
    "directory_share_of_hello",
    "directory_statements",
    "page_times",
    "search_share_of_hello",
    "walls_overhead",
    "worst_page_growth",
]
