"""What a cohort's report takes of memory: figures, and four papers, in one job in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from datetime import UTC, date, datetime
from time import process_time

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.figures import Figure
from benchmarks.servers import ROOT, SECRET
from benchmarks.stage import Stage
from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.programmes.modalities import Form, Modalities, Phase, Timing
from marketplace.reports import commands
from marketplace.reports.models import ReportState
from tenants import walls
from tenants.shared.database import db, new_id
from tenants.walls import plain_address, role_address

FEW, MANY = 10, 500
"""Pairs of a cohort. Each of them has met ten times and set itself two goals."""

SCENE = (
    """INSERT INTO person (id, name, locale, time_zone)
       SELECT %(first)s + n, 'Person ' || n, 'en', 'Europe/Paris' FROM generate_series(0, 2 * %(pairs)s) n""",
    """INSERT INTO programme (org_id, id, form, name_en, name_fr, state, choices, template, version, created_by_id, created_at,
           updated_at)
       VALUES (%(network)s, %(programme)s, 'cross_company', 'Bench', 'Bench', 'open', %(choices)s, '', 1, %(first)s, %(now)s,
           %(now)s)""",
    """INSERT INTO cohort (org_id, id, programme_id, ordinal, is_pilot, form, state, choices, parties, launch_on, created_by_id,
           created_at, updated_at, version)
       VALUES (%(network)s, %(cohort)s, %(programme)s, 1, false, 'cross_company', 'closed', %(choices)s, %(firms)s, %(launch)s,
           %(first)s, %(now)s, %(now)s, 1)""",
    """INSERT INTO enrolment (org_id, id, cohort_id, firm_id, person_id, side, way_in, state, places, enrolled_at, ended_at,
           created_at, updated_at, version)
       SELECT %(network)s, %(first)s + n, %(cohort)s, (%(firms)s::integer[])[1 + n %% cardinality(%(firms)s::integer[])],
           %(first)s + n, CASE WHEN n > %(pairs)s THEN 'mentor' ELSE 'mentee' END, 'nomination', 'completed', 1, %(now)s, %(now)s,
           %(now)s, %(now)s, 1
       FROM generate_series(1, 2 * %(pairs)s) n""",
    """INSERT INTO mentorship (org_id, id, request_id, mentee_person_id, mentor_org_id, mentor_id, mentor_person_id, form, state,
           started_at, ended_at, cohort_org_id, cohort_id)
       SELECT (%(firms)s::integer[])[1], %(first)s + n, %(first)s + n, %(first)s + n, (%(firms)s::integer[])[2], 1,
           %(first)s + %(pairs)s + n, 'cross_company', 'ended', %(now)s - interval '300 days', %(now)s, %(network)s, %(cohort)s
       FROM generate_series(1, %(pairs)s) n""",
    """INSERT INTO meeting (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, uid, sequence, starts_at, ends_at,
           zone, place, video_url, agenda, state, set_by_person_id, made_at, changed_at)
       SELECT m.org_id, %(first)s + 100000 + 100 * (m.id - %(first)s) + k,
           m.id, m.mentee_person_id, m.mentor_person_id, 'bench-' || m.id || '-' || k, 0,
           m.started_at + make_interval(days => 20 * k), m.started_at + make_interval(days => 20 * k, hours => 1), 'Europe/Paris',
           '', '', '', 'held', m.mentee_person_id, m.started_at, m.started_at
       FROM mentorship m, generate_series(1, 10) k WHERE m.cohort_id = %(cohort)s""",
    """INSERT INTO goal (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, title, success, place, percent, state,
           created_at)
       SELECT m.org_id, %(first)s + 100000 + 100 * (m.id - %(first)s) + k,
           m.id, m.mentee_person_id, m.mentor_person_id, 'Goal', '', k, 100,
           CASE WHEN m.id %% 2 = 0 THEN 'reached' ELSE 'open' END, m.started_at
       FROM mentorship m, generate_series(1, 2) k WHERE m.cohort_id = %(cohort)s""",
    """INSERT INTO cohort_report (org_id, cohort_id, state, done, facts, asked_at)
       VALUES (%(network)s, %(cohort)s, 'drawing', 0, '{}', %(now)s)""",
)


def report_memory_growth(stage: Stage) -> Figure:
    """The most resident memory of a process that draws the report of 500 pairs ÷ that of one that draws it of 10."""
    small, large = _in_a_process(stage, FEW), _in_a_process(stage, MANY)
    detail = {
        "peak_mb": round(large["peak_mb"]),
        "peak_mb_fewer": round(small["peak_mb"]),
        "cpu_s": round(large["cpu"], 1),
    }
    return Figure("report_memory_growth", MANY, large["peak_mb"] / small["peak_mb"], "<=1.2", detail)


def _in_a_process(stage: Stage, pairs: int) -> dict[str, float]:
    """In a process of its own: a peak of memory belongs to a process for as long as it lives."""
    command = [sys.executable, "-m", "benchmarks.reports", str(pairs)]
    environment = os.environ | {"BENCH_ADDRESS": stage.address}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def draw(address: str, pairs: int) -> dict[str, float]:
    """Make a closed cohort of so many pairs, and draw its report as the worker would."""
    network, cohort = _closed_cohort(address, pairs)
    worker = create_app(Settings(secret_key=SECRET, database=role_address(address, "worker")), role="worker")
    begun = process_time()
    with worker.app_context():
        walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": network}))
        report = commands.draw_report(org_id=network, cohort_id=cohort, now=datetime.now(UTC))
        if report is None or report.state is not ReportState.ready:
            raise RuntimeError("The report was not drawn.")
        db.session.commit()
        db.session.remove()
    return {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "cpu": process_time() - begun}


def _closed_cohort(address: str, pairs: int) -> tuple[int, int]:
    timeline = (Timing(phase=Phase.launch, day=0),)
    with psycopg.connect(plain_address(address)) as connection:
        row = connection.execute("SELECT id FROM organisation WHERE kind = 'network' ORDER BY id LIMIT 1").fetchone()
        if row is None:
            raise RuntimeError("The population has no network.")
        firms = connection.execute(
            "SELECT firm_id FROM firm_membership WHERE network_id = %s ORDER BY firm_id LIMIT 4", [row[0]]
        ).fetchall()
        scene = {
            "network": row[0],
            "programme": new_id(),
            "cohort": new_id(),
            "first": new_id(),
            "pairs": pairs,
            "firms": [firm for (firm,) in firms],
            "choices": json.dumps(Modalities(form=Form.cross_company, timeline=timeline).model_dump(mode="json")),
            "launch": date(2026, 1, 12),
            "now": datetime.now(UTC),
        }
        # Straight into the tables: how the rows came about is nothing to their report.
        connection.execute("SET session_replication_role = replica")
        for statement in SCENE:
            connection.execute(statement.encode(), scene)
    return int(scene["network"]), int(scene["cohort"])


MEASUREMENTS = (report_memory_growth,)

if __name__ == "__main__":
    print(
        json.dumps(draw(make_url(os.environ["BENCH_ADDRESS"]).render_as_string(hide_password=False), int(sys.argv[1])))
    )
