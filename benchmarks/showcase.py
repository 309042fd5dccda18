"""What it costs to look for those who fit a seat, and that a hundred times as many cards make it no slower."""

from __future__ import annotations

import json
import statistics
from time import perf_counter
from typing import Any

import psycopg
from flask.testing import FlaskClient

from benchmarks.figures import Figure
from benchmarks.population import Viewer
from benchmarks.stage import COOKIE, Stage, product, session_cookie
from marketplace.dossiers.face import COMMITTEES, EXPERIENCE, FUNCTIONS, MANDATES, REGIONS, SECTORS
from marketplace.readiness.competencies import COMPETENCIES
from tenants.walls import plain_address

FEW, TIMES = 1_000, 100
"""Cards at first; how many times as many in the end."""
SEATS = 7_300_000_000_000_000_000

ASKED: tuple[dict[str, Any], ...] = (
    {"competencies": {"finance": {"level": 3}}, "languages": ["fr"]},
    {
        "competencies": {"finance": {"level": 3, "must": True}, "audit_risk": {"level": 4}, "strategy": {"level": 2}},
        "sectors": ["energy", "finance"],
        "languages": ["fr", "de"],
        "languages_must": True,
        "committees": ["audit"],
        "days_a_year": 30,
        "independent": True,
    },
    {
        "competencies": {
            slug: {"level": 4, "must": False}
            for slug in ("finance", "people", "strategy", "digital_cyber", "international")
        },
        "sectors": ["health"],
        "committees": ["audit", "risk"],
        "region": "paris",
    },
)
"""From little asked to much, which hardly anybody meets."""

PLACE = """
    SELECT m.network_id, a.org_id, a.id, a.person_id FROM account c JOIN affiliation a ON a.person_id = c.id
    JOIN organisation o ON o.id = a.org_id AND o.slug = %(slug)s
    JOIN firm_membership m ON m.firm_id = a.org_id AND m.state = 'active'
    WHERE c.fs_uniquifier = %(token)s ORDER BY 1 LIMIT 1
"""
MEMBER = """
    INSERT INTO nomination_committee_member (org_id, id, person_id, affiliation_id, named_by_id, named_at)
    VALUES (%(org)s, %(id)s, %(person)s, %(affiliation)s, %(person)s, now())
"""
SEAT = """
    INSERT INTO seat_specification (org_id, id, network_id, title, organisation_name, organisation_id, listed, criteria,
        created_by_id, created_at, updated_at, version)
    VALUES (%(org)s, %(id)s, %(network)s, 'A seat', 'A board', %(org)s, false, %(criteria)s, %(person)s, now(), now(), 1)
"""
CONSENTS = """
    INSERT INTO showing (org_id, id, person_id, what, to_kind, from_on, until_on, hide_from_employer, created_at)
    SELECT %(network)s, %(first)s + n, %(first)s + n, 'card', 'committees', current_date, current_date + 90, true, now()
    FROM generate_series(%(from)s::bigint, %(to)s::bigint) n
"""
CHOSEN = "(CAST(%({0})s AS text[]))[1 + (hashint8(n * {1} + 7) & 1023) %% {2}]"
LEVELS = ", ".join(f"((hashint8(n * 31 + {at}) & 255) %% 5)::smallint" for at in range(len(COMPETENCIES)))
CARDS = f"""
    INSERT INTO board_card (org_id, id, person_id, employers, version_id, face, levels, score, tokens, search, days_a_year)
    SELECT %(network)s, %(first)s + n, %(first)s + n, ARRAY[0], n, jsonb_build_object(
            'headline', jsonb_build_object('en', 'Candidate ' || n, 'fr', ''), 'competencies', competencies,
            'sectors', ARRAY[sector], 'functions', ARRAY[fn],
            'languages', CASE WHEN n %% 3 = 0 THEN ARRAY['fr', 'en', 'de'] ELSE ARRAY['fr', 'en'] END,
            'committees', ARRAY[com], 'region', region, 'experience', exp, 'mandates', man,
            'days_a_year', 10 + n %% 40 / 5 * 5),
        levels, score, words, array_to_tsvector(words || ARRAY['to:committees', 'n:' || %(network)s, 's:' || score]
            || ARRAY(SELECT 'l:' || i.at || ':' || k
                FROM unnest(levels) WITH ORDINALITY i(level, at), generate_series(1, i.level) k)),
        10 + n %% 40 / 5 * 5
    FROM generate_series(%(from)s::bigint, %(to)s::bigint) n
    CROSS JOIN LATERAL (SELECT ARRAY[{LEVELS}] AS levels, {CHOSEN.format("sectors", 3, len(SECTORS))} AS sector,
        {CHOSEN.format("functions", 5, len(FUNCTIONS))} AS fn, {CHOSEN.format("committees", 11, len(COMMITTEES))} AS com,
        {CHOSEN.format("regions", 13, len(REGIONS))} AS region, {CHOSEN.format("experience", 17, len(EXPERIENCE))} AS exp,
        {CHOSEN.format("mandates", 19, len(MANDATES))} AS man) made
    CROSS JOIN LATERAL (SELECT (SELECT sum(x)::smallint FROM unnest(levels) x) AS score,
        (SELECT jsonb_object_agg(slug, levels[at]) FROM unnest(CAST(%(competencies)s AS text[])) WITH ORDINALITY c(slug, at))
            AS competencies,
        ARRAY['lang:fr', 'lang:en', 'sector:' || sector, 'fn:' || fn, 'com:' || com, 'region:' || region, 'exp:' || exp,
            'man:' || man] || CASE WHEN n %% 3 = 0 THEN ARRAY['lang:de'] ELSE '{{}}' END AS words) said
"""


def showcase_search_growth(stage: Stage) -> Figure:
    """The time of the slowest of a few seats' pages among a hundred times as many cards ÷ that among few; medians."""
    few = min(FEW, stage.scale // 10)
    with psycopg.connect(plain_address(stage.address), autocommit=True) as connection:
        network, pages = _seats(connection, stage.viewers[0])
        _show(connection, network, 1, few)
        at_first = _times(stage, pages)
        _show(connection, network, few + 1, few * TIMES)
        in_the_end = _times(stage, pages)
    slowest = max(range(len(pages)), key=lambda at: in_the_end[at] / at_first[at])
    detail = {
        "cards": few * TIMES,
        "ms": round(in_the_end[slowest], 1),
        "ms_at_first": round(at_first[slowest], 1),
        "ratios": [round(last / first, 2) for first, last in zip(at_first, in_the_end, strict=True)],
    }
    return Figure("showcase_search_growth", stage.scale, in_the_end[slowest] / at_first[slowest], "<=1.5", detail)


def _seats(connection: psycopg.Connection[Any], viewer: Viewer) -> tuple[int, list[str]]:
    """The network, and the addresses of its seats' pages for somebody on a nomination committee."""
    found = connection.execute(PLACE, {"slug": viewer.slug, "token": viewer.token}).fetchone()
    if found is None:
        raise RuntimeError("The first viewer's firm is in no network.")
    network, org, affiliation, person = found
    key = {"org": org, "network": network, "person": person, "affiliation": affiliation, "id": SEATS}
    # What finds a client by its name is not what is measured.
    connection.execute("SET session_replication_role = replica")
    connection.execute(MEMBER, key)
    for at, criteria in enumerate(ASKED):
        connection.execute(SEAT, key | {"id": SEATS + at, "criteria": json.dumps(criteria)})
    return network, [f"/{viewer.slug}/selections/{SEATS + at}" for at in range(len(ASKED))]


def _show(connection: psycopg.Connection[Any], network: int, first: int, last: int) -> None:
    lists = {
        "sectors": SECTORS,
        "functions": FUNCTIONS,
        "committees": COMMITTEES,
        "regions": REGIONS,
        "experience": EXPERIENCE,
        "mandates": MANDATES,
        "competencies": COMPETENCIES,
    }
    values = {name: list(known) for name, known in lists.items()}
    values |= {"network": network, "first": SEATS, "from": first, "to": last}
    connection.execute(CONSENTS, values)
    connection.execute(CARDS, values)
    connection.execute("VACUUM (ANALYZE) board_card")
    connection.execute("VACUUM (ANALYZE) showing")


def _times(stage: Stage, pages: list[str]) -> list[float]:
    """Milliseconds of each page without HTTP; the median over the rounds, in turns."""
    client: FlaskClient = product(stage.address).test_client()
    client.set_cookie(COOKIE, session_cookie(stage.viewers[0].token))
    times: list[list[float]] = [[] for _ in pages]
    for _ in range(stage.effort.rounds * 3 + 2):
        for path, taken in zip(pages, times, strict=True):
            start = perf_counter()
            answer = client.get(path)
            taken.append((perf_counter() - start) * 1000)
            if answer.status_code != 200 or b"Candidate " not in answer.data:
                raise RuntimeError(f"{path} answered {answer.status_code}, or found nobody.")
    return [statistics.median(taken[2:]) for taken in times]
