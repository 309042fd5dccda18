"""What a pair's home costs, and that a long history makes it no slower."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import perf_counter
from typing import Any

import psycopg
from flask.testing import FlaskClient

from benchmarks.figures import Figure
from benchmarks.requests import pairs_who_may_meet, seed, token_of
from benchmarks.stage import COOKIE, Stage, product, session_cookie, statements
from tenants.shared.database import new_id
from tenants.walls import plain_address

SHORT, LONG = 1, 500

MENTORSHIP = """
    INSERT INTO mentorship (org_id, id, request_id, mentee_person_id, mentor_org_id, mentor_id, mentor_person_id,
        mentee_employer_id, mentor_employer_id, form, cadence, state, started_at)
    VALUES (%(mentee_org)s, %(mentorship)s, %(id)s, %(mentee_person)s, %(mentor_org)s, %(mentor_id)s, %(mentor_person)s,
        %(mentee_org)s, %(mentor_org)s, 'cross_company', 'monthly', 'running', %(now)s)
"""
OF_PAIR = "%(mentee_org)s, %(mentorship)s + n, %(mentorship)s, %(mentee_person)s, %(mentor_person)s"
MESSAGES = f"""
    INSERT INTO pair_message (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, author_person_id, body, via,
        left_out, created_at)
    SELECT {OF_PAIR}, CASE WHEN n %% 2 = 0 THEN %(mentee_person)s ELSE %(mentor_person)s END, repeat('So we go on. ', 20),
        'page', 0, %(now)s FROM generate_series(1, %(length)s) n
"""
GOALS = f"""
    INSERT INTO goal (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, title, success, place, percent, state,
        created_at, closed_at)
    SELECT {OF_PAIR}, 'Lead those who know more', '', n, 50, CASE WHEN n > 4 THEN 'reached' ELSE 'open' END, %(now)s,
        CASE WHEN n > 4 THEN %(now)s END FROM generate_series(1, %(length)s) n
"""
STEPS = f"""
    INSERT INTO goal_step (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, goal_id, words)
    SELECT {OF_PAIR}, %(mentorship)s + 1 + n %% least(4, %(length)s), 'One step' FROM generate_series(1, least(%(length)s, 40)) n
"""
NOTES = f"""
    INSERT INTO shared_note (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, title, body, version,
        author_person_id, created_at, updated_at)
    SELECT {OF_PAIR}, 'What we agreed', '', 1, %(mentee_person)s, %(now)s, %(now)s FROM generate_series(1, %(length)s) n
"""
FILES = f"""
    INSERT INTO pair_file (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, author_person_id, name, kind, size,
        content, created_at)
    SELECT {OF_PAIR}, %(mentee_person)s, 'plan.txt', 'txt', 1, 'x', %(now)s FROM generate_series(1, %(length)s) n
"""
MEETINGS = f"""
    INSERT INTO meeting (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, uid, sequence, starts_at, ends_at, zone,
        place, video_url, agenda, state, set_by_person_id, made_at, changed_at, mentee_said)
    SELECT {OF_PAIR}, %(mentorship)s || '-' || n, 0, %(now)s - n * interval '1 day',
        %(now)s - n * interval '1 day' + interval '1 hour', 'Europe/Paris', '', '', '', 'held',
        %(mentee_person)s, %(now)s, %(now)s, 'held' FROM generate_series(1, %(length)s) n
"""
HISTORY: list[str] = [MESSAGES, GOALS, STEPS, NOTES, FILES, MEETINGS]
"""What years leave behind, each ``length`` times."""


def mentorship_home_statements(stage: Stage) -> Figure:
    """SQL statements of one look at a pair's home, the session's look-up included."""
    ((client, path),) = _homes(stage, LONG)
    _look(client, path)
    with statements() as sent:
        _look(client, path)
    return Figure("mentorship_home_statements", stage.scale, len(sent), "<=10")


def mentorship_home_growth(stage: Stage) -> Figure:
    """The time of the home after 500 meetings, messages, goals, notes and files ÷ that after one of each; medians, in turns."""
    homes = _homes(stage, SHORT, LONG)
    for client, path in homes * 3:
        _look(client, path)
    times: list[list[float]] = [[], []]
    for _ in range(max(stage.effort.posts // 4, 20)):
        for told, (client, path) in zip(times, homes, strict=True):
            begun = perf_counter()
            _look(client, path)
            told.append(perf_counter() - begun)
    short, long = (statistics.median(told) * 1000 for told in times)
    detail = {"short_ms": round(short, 2), "long_ms": round(long, 2), "looks": len(times[0])}
    return Figure("mentorship_home_growth", stage.scale, long / short, "<=1.3", detail)


def _look(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code} to one of the pair.")


def _homes(stage: Stage, *lengths: int) -> list[tuple[FlaskClient, str]]:
    """For each length a pair with as long a history: its mentee's browser, and the address of the home."""
    with psycopg.connect(plain_address(stage.address)) as connection:
        pairs = pairs_who_may_meet(connection, mentees=len(lengths), each=1)
        seed(connection, pairs)
        for pair, length in zip(pairs, lengths, strict=True):
            _pair_up(connection, pair, length)
        connection.commit()
    app = product(stage.address)
    found = []
    for pair in pairs:
        client = app.test_client()
        client.set_cookie(COOKIE, session_cookie(token_of(pair["mentee_person"])))
        found.append((client, f"/{pair['mentee_slug']}/mentorships/{pair['mentorship']}"))
    return found


def _pair_up(connection: psycopg.Connection[Any], pair: dict[str, Any], length: int) -> None:
    pair |= {"mentorship": new_id(), "length": length}
    connection.execute(
        "UPDATE mentoring_request SET state = 'confirmed', holds_place = true, due_at = NULL WHERE id = %(id)s", pair
    )
    connection.execute(MENTORSHIP, pair)
    for statement in HISTORY:
        connection.execute(statement, pair)


MEASUREMENTS: tuple[Callable[[Stage], Figure], ...] = (mentorship_home_statements, mentorship_home_growth)
