"""What a network's dashboard costs after a hundred thousand mentorships and a million answers, beside a thousand."""

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

FEW, MANY = 1_000, 100_000
FULL = 10_000
"""Mentors: the scale from which the networks have their full size."""
COHORTS, ANSWERS = 20, 10
"""Cohorts of a network, of which every tenth is under way: ten years of two a year; and answers of a mentorship."""
MEASURES = "acceptance answer_time first_meeting meetings hours places goals planned_end rematch trained stayed".split()
MONTHS = 36

SCENE = """
    INSERT INTO organisation (id, slug, name, kind, accent, locale, in_marketplace, max_open_requests)
    VALUES (%(network)s, %(slug)s, 'A network', 'network', '#0e5a5c', 'en', false, 3);
    INSERT INTO person (id, name, locale, time_zone) VALUES (%(runner)s, 'Runner', 'en', 'Europe/Paris');
    INSERT INTO affiliation (org_id, id, person_id, role, job_title, work_email)
    VALUES (%(network)s, %(runner)s, %(runner)s, 'network_admin', '', %(address)s);
    INSERT INTO account (id, email, active, fs_uniquifier) VALUES (%(runner)s, %(address)s, true, %(token)s);
    INSERT INTO account_session (id, person_id, token_hash, browser, system, created_at, seen_at)
    VALUES (%(runner)s, %(runner)s, %(hash)s, '', '', now(), now());
    INSERT INTO programme (org_id, id, form, name_en, name_fr, state, choices, parties, template, version, created_by_id,
        created_at, updated_at)
    VALUES (%(network)s, %(base)s, 'cross_company', 'Bench', 'Bench', 'open', %(choices)s, %(firms)s, '', 1, %(runner)s, %(now)s,
        %(now)s);
    INSERT INTO cohort (org_id, id, programme_id, ordinal, is_pilot, form, state, choices, parties, launch_on, created_by_id,
        created_at, updated_at, version)
    SELECT %(network)s, %(base)s + n, %(base)s, n, false, 'cross_company', CASE WHEN n %% 10 = 0 THEN 'open' ELSE 'closed' END,
        %(choices)s, %(firms)s, %(launch)s, %(runner)s, %(now)s, %(now)s, 1 FROM generate_series(1, %(cohorts)s) n;
"""
PEOPLE = """
    INSERT INTO enrolment (org_id, id, cohort_id, firm_id, person_id, side, way_in, state, places, created_at, updated_at,
        enrolled_at, version)
    SELECT %(network)s, %(base)s + 2 * n + k, %(base)s + 1 + n %% %(cohorts)s, (%(firms)s::integer[])[1 + (n + k) %% %(parties)s],
        %(base)s + 2 * n + k, CASE k WHEN 0 THEN 'mentee' ELSE 'mentor' END, 'nomination', 'enrolled', 1, %(now)s, %(now)s,
        %(now)s, 1
    FROM generate_series(1, %(size)s) n, generate_series(0, 1) k;
    INSERT INTO mentorship (org_id, id, request_id, mentee_person_id, mentor_org_id, mentor_id, mentor_person_id,
        mentee_employer_id, mentor_employer_id, form, cadence, state, started_at, ended_at, cohort_org_id, cohort_id)
    SELECT f.mentee, %(base)s + n, %(base)s + n, %(base)s + 2 * n, f.mentor, 1, %(base)s + 2 * n + 1, f.mentee, f.mentor,
        'cross_company', 'monthly', CASE WHEN n %% %(cohorts)s %% 10 = 9 THEN 'running' ELSE 'ended' END, %(now)s,
        CASE WHEN n %% %(cohorts)s %% 10 = 9 THEN NULL ELSE %(now)s END, %(network)s, %(base)s + 1 + n %% %(cohorts)s
    FROM generate_series(1, %(size)s) n, LATERAL (SELECT (%(firms)s::integer[])[1 + n %% %(parties)s] AS mentee,
        (%(firms)s::integer[])[1 + (n + 1) %% %(parties)s] AS mentor) f;
    INSERT INTO mentorship_pulse (org_id, mentorship_id, mentee_person_id, mentor_person_id, last_sign_at, over, hinted_at)
    SELECT m.org_id, m.id, m.mentee_person_id, m.mentor_person_id, m.started_at, m.state = 'ended',
        CASE WHEN m.id %% 7 = 0 THEN m.started_at END FROM mentorship m WHERE m.cohort_org_id = %(network)s;
"""
ROUNDS = """
    INSERT INTO questionnaire_version (org_id, id, programme_id, moment, audience, number, anonymous, promise_en, promise_fr,
        content, published_by_id, published_at)
    SELECT %(network)s, %(base)s + n, %(base)s, 'end', 'mentee', n, true, '', '', '{}', %(runner)s, %(now)s
    FROM generate_series(1, 1) n;
    INSERT INTO questionnaire_round (org_id, id, cohort_id, version_id, anonymous, moment, audience, state, closes_on, zone,
        opens_at, closes_at, created_by_id, created_at)
    SELECT %(network)s, %(base)s + 10 * n + k, %(base)s + n, %(base)s + 1, true,
        (ARRAY['start', 'mid_point', 'end', 'after_12_months', 'after_24_months'])[1 + k / 2],
        (ARRAY['mentee', 'mentor'])[1 + k %% 2], 'closed', %(launch)s, 'UTC',
        %(now)s - make_interval(years => n %% 10, days => 2), %(now)s - make_interval(years => n %% 10),
        %(runner)s, %(now)s FROM generate_series(1, %(cohorts)s) n, generate_series(0, %(answers)s - 1) k;
    INSERT INTO round_answer (org_id, id, round_id, version_id, marks)
    SELECT %(network)s, %(base)s + %(answers)s::bigint * n + k, %(base)s + 10 * (1 + n %% %(cohorts)s) + k, %(base)s + 1,
        ARRAY['confidence:' || 1 + n %% 5, 'recommend:' || 1 + n %% 11]
    FROM generate_series(1, %(size)s) n, generate_series(0, %(answers)s - 1) k;
    INSERT INTO round_figure (org_id, round_id, question, part, place, answers, people, least)
    SELECT %(network)s, r.id, q.question, q.part, g.place, g.answers, greatest(5, %(size)s / %(cohorts)s / 5), 5
    FROM questionnaire_round r,
        (VALUES ('confidence', ''), ('quality', 'trust'), ('quality', 'purpose'), ('quality', 'time')) q (question, part),
        (VALUES (1, ARRAY['1']), (2, ARRAY['2']), (3, ARRAY['3']), (4, ARRAY['4']), (5, ARRAY['5'])) g (place, answers)
    WHERE r.org_id = %(network)s;
"""
RELEASED = """
    INSERT INTO measure_drawing (org_id, drawn_on, drawn_at)
    SELECT %(network)s, date '2024-01-01' + make_interval(months => n), %(now)s FROM generate_series(1, %(months)s) n;
    INSERT INTO released_measure (org_id, side, form, cohort_id, firm_id, measure, drawn_on, least, units, total, squares)
    SELECT %(network)s, '', CASE WHEN c = 0 THEN '' ELSE 'cross_company' END, CASE WHEN c = 0 THEN 0 ELSE %(base)s + c END, 0, m,
        date '2024-01-01' + make_interval(months => n), 5, greatest(5, %(size)s / %(cohorts)s), 3, 3
    FROM generate_series(0, %(cohorts)s) c, generate_series(1, %(months)s) n, unnest(%(measures)s::text[]) m;
    INSERT INTO released_measure (org_id, side, form, cohort_id, firm_id, measure, drawn_on, least, units, total, squares)
    SELECT %(network)s, s, '', 0, f, m, date '2024-01-01' + make_interval(months => n), 5, 40, 20, 20
    FROM unnest(%(firms)s::integer[]) f, unnest(ARRAY['mentee', 'mentor']) s, generate_series(1, %(months)s) n,
        unnest(%(measures)s::text[]) m;
"""


def dashboard_statements(stage: Stage) -> Figure:
    """SQL statements of one look at a network's dashboard, the session's look-up included."""
    many = _many(stage)
    ((client, path),) = _dashboards(stage, many)
    _look(client, path)
    with statements() as sent:
        _look(client, path)
    return Figure("dashboard_statements", many, len(sent), "<=12", {"answers": many * ANSWERS})


def dashboard_growth(stage: Stage) -> Figure:
    """The time of the dashboard of a network with 100 000 mentorships ÷ that with 1 000; medians, in turns."""
    size = _many(stage)
    dashboards = _dashboards(stage, min(FEW, size // 2), size)
    for client, path in dashboards * 3:
        _look(client, path)
    times: list[list[float]] = [[], []]
    for _ in range(max(stage.effort.posts // 4, 20)):
        for told, (client, path) in zip(times, dashboards, strict=True):
            begun = perf_counter()
            _look(client, path)
            told.append(perf_counter() - begun)
    few, many = (statistics.median(told) * 1000 for told in times)
    detail = {"few_ms": round(few, 2), "many_ms": round(many, 2), "looks": len(times[0]), "answers": size * ANSWERS}
    return Figure("dashboard_growth", size, many / few, "<=3", detail)


def _many(stage: Stage) -> int:
    """100 000, and fewer where the whole stage is only a try."""
    return MANY if stage.scale >= FULL else max(MANY * stage.scale // FULL // 10, 200)


def _look(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code} to those who run it.")


def _dashboards(stage: Stage, *sizes: int) -> list[tuple[FlaskClient, str]]:
    """For each size a network of its own with as many mentorships, and the browser of whoever runs it."""
    timeline = (Timing(phase=Phase.nomination, day=-60), Timing(phase=Phase.launch, day=0))
    choices = Modalities(form=Form.cross_company, timeline=timeline).model_dump(mode="json")
    now, found = datetime.now(UTC), []
    with psycopg.connect(plain_address(stage.address)) as connection:
        firms = [
            firm
            for (firm,) in connection.execute("SELECT id FROM organisation WHERE kind = 'company' ORDER BY id LIMIT 12")
        ]
        connection.execute("SET session_replication_role = replica")
        for size in sizes:
            runner, (number,) = new_id(), connection.execute("SELECT max(id) + 1 FROM organisation").fetchone() or (0,)
            token, cohorts = token_of(runner), max(COHORTS * size // FEW, COHORTS)
            scene: dict[str, Any] = {
                **{"network": number, "slug": f"network-{number}", "runner": runner, "base": new_id(), "now": now},
                **{"address": f"runner-{runner}@bench.example", "token": token, "hash": hash_of(token), "firms": firms},
                **{"parties": len(firms), "choices": json.dumps(choices), "launch": date(2026, 1, 12), "size": size},
                **{"cohorts": min(cohorts, 10 * COHORTS), "answers": ANSWERS, "months": MONTHS, "measures": MEASURES},
            }
            for statement in "".join((SCENE, PEOPLE, ROUNDS, RELEASED)).split(";"):
                if statement.strip():
                    connection.execute(statement, scene)
            client = product(stage.address).test_client()
            client.set_cookie(COOKIE, session_cookie(token))
            found.append((client, f"/network-{number}/dashboard/"))
        connection.commit()
    with psycopg.connect(plain_address(stage.address), autocommit=True) as connection:
        for table in ("enrolment", "mentorship", "mentorship_pulse", "round_figure", "released_measure", "cohort"):
            connection.execute(f"VACUUM (ANALYZE) {table}")
    return found


MEASUREMENTS: tuple[Callable[[Stage], Figure], ...] = (dashboard_statements, dashboard_growth)
