"""What a page of a cohort's board costs its programme manager, and that a hundred times the people make it little slower."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any

import psycopg
from flask.testing import FlaskClient

from benchmarks.figures import Figure
from benchmarks.requests import token_of
from benchmarks.stage import COOKIE, Stage, product, session_cookie, statements
from marketplace.programmes.modalities import Form, Modalities, Phase, Timing
from tenants.shared.database import new_id
from tenants.shared.secrets import hash_of
from tenants.walls import plain_address

FEW, MANY = 200, 20_000
FULL = 10_000
"""Mentors: the scale from which the boards have their full size."""
STATES = ("enrolled", "awaiting_decision", "nominated", "awaiting_employer", "waiting", "declined", "withdrawn")

PEOPLE = """
    INSERT INTO person (id, name, locale, time_zone)
    SELECT %(first)s + n, 'Person ' || n, 'en', 'Europe/Paris' FROM generate_series(1, %(most)s) n
"""
COHORT = """
    INSERT INTO cohort (org_id, id, programme_id, ordinal, is_pilot, form, state, choices, launch_on, created_by_id, created_at,
        updated_at, version)
    VALUES (%(network)s, %(cohort)s, %(programme)s, %(ordinal)s, false, 'cross_company', 'open', %(choices)s, %(launch)s,
        %(runner)s, %(now)s, %(now)s, 1)
"""
ENROLMENTS = """
    INSERT INTO enrolment (org_id, id, cohort_id, firm_id, person_id, side, way_in, state, places, created_at, updated_at,
        state_at, version)
    SELECT %(network)s, %(base)s + n, %(cohort)s, (%(firms)s::integer[])[1 + n %% cardinality(%(firms)s::integer[])],
        %(first)s + n, CASE WHEN n %% 2 = 0 THEN 'mentor' ELSE 'mentee' END, 'nomination',
        (%(states)s::text[])[1 + (n * 7919) %% cardinality(%(states)s::text[])], 1, %(now)s, %(now)s,
        %(now)s - make_interval(days => n %% 30), 1
    FROM generate_series(1, %(size)s) n
"""


def cohort_board_statements(stage: Stage) -> Figure:
    """SQL statements of one look at the board of 20 000 enrolments, the session's look-up included."""
    many = _many(stage)
    ((client, path),) = _boards(stage, many)
    _look(client, path)
    with statements() as sent:
        _look(client, path)
    return Figure("cohort_board_statements", many, len(sent), "<=8")


def cohort_board_growth(stage: Stage) -> Figure:
    """The time of the board with 20 000 enrolments ÷ that with 200; medians, in turns."""
    size = _many(stage)
    boards = _boards(stage, FEW, size)
    for client, path in boards * 3:
        _look(client, path)
    times: list[list[float]] = [[], []]
    for _ in range(max(stage.effort.posts // 4, 20)):
        for told, (client, path) in zip(times, boards, strict=True):
            begun = perf_counter()
            _look(client, path)
            told.append(perf_counter() - begun)
    few, many = (statistics.median(told) * 1000 for told in times)
    detail = {"few_ms": round(few, 2), "many_ms": round(many, 2), "looks": len(times[0])}
    return Figure("cohort_board_growth", size, many / few, "<=2", detail)


def _many(stage: Stage) -> int:
    """20 000, and fewer where the whole stage is only a try."""
    return MANY if stage.scale >= FULL else max(MANY * stage.scale // FULL, FEW)


def _look(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code} to those who run it.")


def _boards(stage: Stage, *sizes: int) -> list[tuple[FlaskClient, str]]:
    """For each size a cohort with as many people in every state, and the browser of whoever runs it."""
    timeline = (Timing(phase=Phase.nomination, day=-60), Timing(phase=Phase.launch, day=0))
    choices = Modalities(form=Form.cross_company, timeline=timeline).model_dump(mode="json")
    now = datetime.now(UTC)
    with psycopg.connect(plain_address(stage.address)) as connection:
        row = connection.execute(
            "SELECT id, slug FROM organisation WHERE kind = 'network' ORDER BY id LIMIT 1"
        ).fetchone()
        if row is None:
            raise RuntimeError("the population has no network")
        network, slug = row
        firms = [
            firm
            for (firm,) in connection.execute(
                "SELECT firm_id FROM firm_membership WHERE network_id = %s ORDER BY firm_id LIMIT 12", [network]
            )
        ]
        runner, programme, first = new_id(), new_id(), new_id()
        scene: dict[str, Any] = {
            "network": network,
            "runner": runner,
            "programme": programme,
            "choices": json.dumps(choices),
            "firms": firms,
            "first": first,
            "states": list(STATES),
            "now": now,
            "launch": date(2027, 1, 11),
            "most": max(sizes),
        }
        connection.execute(
            "INSERT INTO person (id, name, locale, time_zone) VALUES (%s, 'Runner', 'en', 'Europe/Paris')", [runner]
        )
        connection.execute(
            """INSERT INTO affiliation (org_id, id, person_id, role, job_title, work_email)
               VALUES (%s, %s, %s, 'network_admin', '', %s)""",
            [network, new_id(), runner, f"runner-{runner}@bench.example"],
        )
        connection.execute(
            """INSERT INTO programme (org_id, id, form, name_en, name_fr, state, choices, template, version, created_by_id,
                   created_at, updated_at)
               VALUES (%(network)s, %(programme)s, 'cross_company', 'Bench', 'Bench', 'open', %(choices)s, '', 1, %(runner)s,
                   %(now)s, %(now)s)""",
            scene,
        )
        for firm in firms:
            connection.execute(
                "INSERT INTO programme_party (org_id, programme_id, firm_id, state, asked_at) VALUES (%s, %s, %s, 'active', %s)",
                [network, programme, firm, now],
            )
        connection.execute(PEOPLE, scene)
        token = token_of(runner)
        connection.execute(
            "INSERT INTO account (id, email, active, fs_uniquifier) VALUES (%s, %s, true, %s)",
            [runner, f"runner-{runner}@bench.example", token],
        )
        connection.execute(
            """INSERT INTO account_session (id, person_id, token_hash, browser, system, created_at, seen_at)
               VALUES (%s, %s, %s, '', '', now(), now())""",
            [new_id(), runner, hash_of(token)],
        )
        cohorts = []
        for ordinal, size in enumerate(sizes, start=1):
            cohort = new_id()
            cohorts.append(cohort)
            made = scene | {"cohort": cohort, "ordinal": ordinal, "size": size, "base": new_id()}
            connection.execute(COHORT, made)
            connection.execute(ENROLMENTS, made)
        connection.commit()
    with psycopg.connect(plain_address(stage.address), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) enrolment")
    client = product(stage.address).test_client()
    client.set_cookie(COOKIE, session_cookie(token))
    return [(client, f"/{slug}/cohorts/{cohort}/board") for cohort in cohorts]


MEASUREMENTS: tuple[Callable[[Stage], Figure], ...] = (cohort_board_statements, cohort_board_growth)
