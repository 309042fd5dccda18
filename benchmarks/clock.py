"""What the clock's walk over the mentorships costs: everything due at once, as after a worker was down, and how it grows."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import lru_cache

import psycopg

from benchmarks.figures import Figure
from benchmarks.servers import SECRET
from benchmarks.stage import Stage
from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.rhythm import jobs, sweep
from tenants import walls
from tenants.shared import clock
from tenants.shared.database import db
from tenants.walls import plain_address

TIMES = 10
"""How many more mentorships the larger of the two walks has than the smaller; the smaller has the stage's scale."""

FIRST = 8_000_000_000_000_000_000

# The walk reads the pulse alone; a pair's other rows are looked at by the jobs that write its letters.
FILL = """
    INSERT INTO mentorship (org_id, id, request_id, mentee_person_id, mentor_org_id, mentor_id, mentor_person_id, form, state,
                            started_at)
    SELECT firms.ids[1 + n %% cardinality(firms.ids)], %(first)s + n, %(first)s + n, n, 1, n, -n, 'cross_company', 'running',
           now() - interval '100 days'
    FROM generate_series(1, %(many)s) n, (SELECT array_agg(id) AS ids FROM organisation WHERE kind = 'company') firms;
"""
PULSE = """
    INSERT INTO mentorship_pulse (org_id, mentorship_id, mentee_person_id, mentor_person_id, last_sign_at, check_in_at)
    SELECT org_id, id, mentee_person_id, mentor_person_id, started_at, started_at + interval '42 days'
    FROM mentorship WHERE id > %(first)s
"""
EMPTY = (
    "DELETE FROM procrastinate_events",
    "DELETE FROM procrastinate_jobs",
    f"DELETE FROM check_in WHERE mentorship_id > {FIRST}",
    f"DELETE FROM mentorship_pulse WHERE mentorship_id > {FIRST}",
    f"DELETE FROM mentorship WHERE id > {FIRST}",
)


def clock_sweep_rows_per_second(stage: Stage) -> Figure:
    """Mentorships a second that the clock claims, asks and nudges, with the jobs for their letters: ten times the scale."""
    few, many = _seconds(stage.address, stage.scale), _seconds(stage.address, stage.scale * TIMES)
    rows = stage.scale * TIMES
    return Figure(
        "clock_sweep_rows_per_second", rows, rows / many, "", {"seconds": round(many, 2), "few": round(few, 2)}
    )


def clock_sweep_growth(stage: Stage) -> Figure:
    """How many times longer the walk over ten times as many mentorships takes."""
    few, many = _seconds(stage.address, stage.scale), _seconds(stage.address, stage.scale * TIMES)
    detail = {"seconds": round(many, 2), "few": round(few, 2)}
    return Figure("clock_sweep_growth", stage.scale * TIMES, many / few, "<=12", detail)


@lru_cache(maxsize=4)
def _seconds(address: str, rows: int) -> float:
    """One process's walk over ``rows`` mentorships that all want a check-in and a kind word.

    Raises ``RuntimeError`` when one of them is left out or asked twice.
    """
    with psycopg.connect(plain_address(address), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(FILL, {"first": FIRST, "many": rows})
        connection.execute(PULSE, {"first": FIRST})
        connection.execute("VACUUM ANALYZE mentorship_pulse")
        try:
            taken = _timed(address)
            asked, pairs = connection.execute(
                "SELECT count(*), count(DISTINCT mentorship_id) FROM check_in WHERE mentorship_id > %s", [FIRST]
            ).fetchone() or (0, 0)
            nudged = connection.execute("SELECT count(*) FROM mentorship_pulse WHERE nudged_at IS NOT NULL").fetchone()
            if (asked, pairs, nudged) != (rows, rows, (rows,)):
                raise RuntimeError(f"Of {rows} mentorships {pairs} were asked {asked} times and {nudged} nudged.")
        finally:
            for statement in EMPTY:
                connection.execute(statement)
            connection.execute(
                "VACUUM mentorship_pulse, mentorship, check_in, procrastinate_jobs, procrastinate_events"
            )
    return taken


def _timed(address: str) -> float:
    worker = create_app(Settings(secret_key=SECRET, database=address), role="worker")
    now = clock.now() + timedelta(seconds=1)
    begin = time.perf_counter()
    with worker.app_context():
        org_ids = list(sweep.organisations_with_due_rhythm(now))
        db.session.rollback()
        for org_id in org_ids:
            walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": org_id}))
            jobs.walk(org_id, now)
            db.session.remove()
        db.engine.dispose()
    return time.perf_counter() - begin
