"""What the directory costs: its pages as a share of a bare "hello", its walls, its statements, and how it grows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import psycopg

from benchmarks.figures import Figure
from benchmarks.load import get
from benchmarks.population import Viewer
from benchmarks.stage import COOKIE, Stage, open_page, populated, product, session_cookie, share_of_hello, statements
from marketplace.directory import queries
from marketplace.directory.forms import Search
from tenants.walls import plain_address, role_address

SMALL = 10_000
"""The scale that growth is measured from."""

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


def directory_share_of_hello(stage: Stage) -> Figure:
    """Pages per second of the signed-in directory: 24 cards and the filters."""
    return _share("directory_share_of_hello", BROWSE, stage)


def search_share_of_hello(stage: Stage) -> Figure:
    """The same for searches with words."""
    return _share("search_share_of_hello", SEARCHES, stage)


def _share(name: str, addresses: Sequence[str], stage: Stage) -> Figure:
    cookies = [open_page(stage.product.port, f"/{v.slug}/mentors/", v.token)[0] for v in stage.viewers]
    pages = cycle(
        [
            get(f"/{viewer.slug}/mentors/{address}", cookie)
            for viewer, cookie in zip(stage.viewers, cookies, strict=True)
            for address in addresses
        ]
    )
    bar = ">=0.06" if stage.scale < 1_000_000 else ">=0.04"
    return share_of_hello(name, bar, stage, [pages] * (stage.effort.rounds + 1))


def directory_statements(stage: Stage) -> Figure:
    """The most SQL statements that one page of the directory sends."""
    viewer, counts = stage.viewers[0], []
    client = product(stage.address).test_client()
    client.set_cookie(COOKIE, session_cookie(viewer.token))
    for address in (*BROWSE, *SEARCHES):
        with statements() as sent:
            answer = client.get(f"/{viewer.slug}/mentors/{address}")
        if answer.status_code != 200:
            raise RuntimeError(f"The directory answered {answer.status_code}.")
        counts.append(len(sent))
    return Figure("directory_statements", stage.scale, max(counts), "<=6", {"pages": len(counts), "least": min(counts)})


def walls_overhead(stage: Stage) -> Figure:
    """Candidates under the walls ÷ the same bands with an equivalent WHERE, by a role that no policy binds."""
    rounds = stage.effort.rounds * 3
    viewer = next((v for v in stage.viewers if v.in_marketplace), stage.viewers[0])
    ratios = []
    with (
        psycopg.connect(plain_address(role_address(stage.address, "web")), prepare_threshold=None) as walled,
        psycopg.connect(plain_address(stage.address), prepare_threshold=None) as free,
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
            ratios.append(statistics.median(inside) / statistics.median(outside))
        free.rollback()
    detail = {"queries": len(ratios), "rounds": rounds, "least": round(min(ratios), 3), "most": round(max(ratios), 3)}
    return Figure("walls_overhead", stage.scale, statistics.median(ratios), "<=1.2", detail)


def worst_page_growth(stage: Stage) -> Figure | None:
    """The worst page of the mix ÷ the worst at ten thousand; None at ten thousand and below, where there is no growth."""
    if stage.scale <= SMALL:
        return None
    address, viewers = populated(stage.address, f"bench_{SMALL}", SMALL)
    small, large = _page_times(address, viewers, stage), _page_times(stage.address, stage.viewers, stage)
    detail = {"worst_ms": round(max(large), 1), "worst_ms_at_10000": round(max(small), 1)}
    return Figure("worst_page_growth", stage.scale, max(large) / max(small), "<=3", detail)


def _page_times(address: str, viewers: Sequence[Viewer], stage: Stage) -> list[float]:
    """Milliseconds of each query of the mix, the whole page without HTTP; the median over some viewers and rounds."""
    client, times = product(address).test_client(), []
    cookies = [(viewer.slug, session_cookie(viewer.token)) for viewer in viewers[:3]]
    for search in MIX:
        taken = []
        for slug, cookie in cookies:
            client.set_cookie(COOKIE, cookie)
            for _ in range(stage.effort.rounds + 1):
                start = time.perf_counter()
                client.get(f"/{slug}/mentors/?{search.query_string()}")
                taken.append((time.perf_counter() - start) * 1000)
        times.append(statistics.median(taken))
    return times


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
