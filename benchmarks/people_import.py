"""What people by spreadsheet cost: the dry run and the import of the rows, in a process of its own, against a bare COPY."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from benchmarks.figures import Figure
from benchmarks.servers import ROOT, SECRET
from benchmarks.stage import Stage
from marketplace.app import create_app
from marketplace.config import Settings
from tenants import walls
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.secrets import hash_of
from tenants.spreadsheets import commands, queries
from tenants.spreadsheets.columns import guess
from tenants.spreadsheets.reading import read_sheet, unpack
from tenants.walls import plain_address, role_address

COPIES = 10
PEOPLE, MANY = 10_000, 50_000
"""Memory is compared between the two; the ratio to COPY is of the smaller."""

HEADER = "First name;Last name;E-mail;Job title;Role;Language;Function;Started on"

COORDINATOR = """
    WITH chosen AS (UPDATE affiliation SET role = 'hr_partner' WHERE id = (
        SELECT a.id FROM affiliation a JOIN organisation o ON o.id = a.org_id
        WHERE o.kind = 'company' AND a.ended_on IS NULL AND a.role = 'member' ORDER BY a.id OFFSET %s LIMIT 1)
        RETURNING org_id, person_id)
    SELECT o.slug, c.person_id FROM chosen c JOIN organisation o ON o.id = c.org_id
"""
ACCOUNT = """
    INSERT INTO account (id, email, active, fs_uniquifier) VALUES (%(id)s, %(email)s, true, %(token)s)
    ON CONFLICT (id) DO UPDATE SET fs_uniquifier = excluded.fs_uniquifier
"""
SIGNED_IN = """
    INSERT INTO account_session (id, person_id, token_hash, browser, system, created_at, seen_at)
    VALUES (-%(id)s, %(id)s, %(hash)s, '', '', now(), now()) ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash
"""
BARE = """
    CREATE TEMPORARY TABLE bare (org_id integer, id bigint, first_name text, last_name text, email text, job_title text,
        role text, locale text, function text, started_on date, PRIMARY KEY (org_id, id))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of our process (reading the file apart) and of its database's, and its peak of resident memory."""

    reading: float
    ours: float
    server: float
    peak_mb: float


def people_import_vs_copy(stage: Stage) -> Figure:
    """CPU time of the dry run and the import of 10,000 people ÷ that of a bare COPY of the same rows, client and server.

    The worker's own is compared; ``with_server`` puts the database's on both sides. Both are the medians of the rounds.
    """
    people = _people(stage)
    costs = sorted((_in_a_process(stage.address, people, number) for number in range(_rounds(stage))), key=_ours)
    copies = sorted(bare_copy(stage.address, people) for _ in range(_rounds(stage)))
    cost, copy = costs[len(costs) // 2], copies[len(copies) // 2]
    detail = {
        "rows_per_cpu_second": round(people / cost.ours),
        "with_server": round((cost.ours + cost.server) / copy, 2),
        "worker_cpu_s": round(cost.ours, 3),
        "server_cpu_s": round(cost.server, 3),
        "reading_cpu_s": round(cost.reading, 3),
        "copy_cpu_s": round(copy, 3),
    }
    return Figure("people_import_vs_copy", people, cost.ours / copy, "<=25", detail)


def people_import_memory_growth(stage: Stage) -> Figure:
    """The most resident memory of a process that imports five times as many people ÷ that of one that imports 10,000."""
    few = _people(stage)
    many = few * MANY // PEOPLE
    small, large = _in_a_process(stage.address, few, 0), _in_a_process(stage.address, many, 3)
    detail = {"peak_mb": round(large.peak_mb), "peak_mb_fewer": round(small.peak_mb), "fewer": few}
    return Figure("people_import_memory_growth", many, large.peak_mb / small.peak_mb, "<=1.5", detail)


def bare_copy(address: str, people: int) -> float:
    """CPU seconds, ours and the server's, of one COPY of as many rows of eight fields and a key.

    The mean of several, because systems count a process's time in hundredths of a second.
    """
    rows = [tuple(line.split(";")) for line in _lines(people)]
    with psycopg.connect(plain_address(address)) as connection:
        connection.execute(BARE)
        server, ours = _server_cpu(connection.info.backend_pid), process_time()
        for turn in range(COPIES):
            with connection.cursor().copy("COPY bare FROM STDIN") as copy:
                for number, row in enumerate(rows):
                    copy.write_row((turn, number, *row))
            connection.commit()
        return (process_time() - ours + _server_cpu(connection.info.backend_pid) - server) / COPIES


def import_people(address: str, people: int, number: int) -> Cost:
    """Bring so many people in, in this process: take the file in, check it, and import every chunk as the worker would."""
    app = create_app(Settings(secret_key=SECRET, database=address), overrides={"RATELIMIT_ENABLED": False})
    with psycopg.connect(plain_address(address)) as connection:
        found = connection.execute(COORDINATOR, (number * 7,)).fetchone()
        if found is None:
            raise RuntimeError("The population has no company.")
        slug, person_id = found
        token = f"people-import-{number}"
        account = {"id": person_id, "email": f"{token}@bench.example", "token": token, "hash": hash_of(token)}
        connection.execute(ACCOUNT, account)
        connection.execute(SIGNED_IN, account)
    content = "\n".join((HEADER, *_lines(people, number))).encode()
    with app.test_request_context(f"/{slug}/"):
        row = walls.enter(db.session, walls.Entry(walls.ENTER_WORKSPACE, {"token": token, "slug": slug}))
        if row is None:
            raise RuntimeError("The coordinator cannot enter.")
        acting = Acting.from_row(row)
        begun = process_time()
        sheet = read_sheet(content)
        reading = process_time() - begun
        import_id = commands.take_in(acting=acting, sheet=sheet, file_name="people.csv", now=clock.now())
        server = _backend(db.session)
        begun, server_before = process_time(), _server_cpu(server)
        mapping = guess(sheet.header, [cells for _, cells in zip(range(20), _cells(sheet.body), strict=False)], {})
        commands.check_import(acting=acting, import_id=import_id, mapping=mapping, now=clock.now())
        commands.start_import(acting=acting, import_id=import_id, now=clock.now())
        ours, theirs = process_time() - begun, _server_cpu(server) - server_before
        org_id = acting.org_id
        taken = queries.import_or_404(acting, import_id)
        if taken.new + taken.unchanged + taken.changed != people:
            raise RuntimeError(f"{taken.wrong} of {people} rows were refused.")
        db.session.remove()
    app.config["SQLALCHEMY_DATABASE_URI"] = role_address(address, "worker")
    worker = create_app(Settings(secret_key=SECRET, database=address), role="worker")
    with worker.app_context():
        walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": org_id}))
        server = _backend(db.session)
        begun, server_before = process_time(), _server_cpu(server)
        while commands.import_chunk(org_id=org_id, import_id=import_id, now=clock.now()):
            db.session.expunge_all()
        ours, theirs = ours + process_time() - begun, theirs + _server_cpu(server) - server_before
        db.session.remove()
    with psycopg.connect(plain_address(address)) as connection:
        arrived = connection.execute("SELECT count(*) FROM invitation WHERE import_id = %s", (import_id,)).fetchone()
    if arrived is None or arrived[0] != people:
        raise RuntimeError(f"{people} people were in the file, {arrived} were invited.")
    return Cost(reading, ours, theirs, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


# --- the steps ------------------------------------------------------------------------------------------------------


def _people(stage: Stage) -> int:
    return max(100, min(PEOPLE, stage.scale))


def _rounds(stage: Stage) -> int:
    return min(3, stage.effort.rounds)


_ours: Callable[[Cost], float] = lambda cost: cost.ours  # noqa: E731


def _cells(body: bytes) -> Any:
    return (cells for _number, cells in unpack(body))


@cache
def _in_a_process(address: str, people: int, number: int) -> Cost:
    """In a process of its own, once: a peak of memory belongs to a process for as long as it lives."""
    command = [sys.executable, "-m", "benchmarks.people_import", str(people), str(number)]
    environment = os.environ | {"BENCH_ADDRESS": address}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _lines(people: int, number: int = 0) -> list[str]:
    # Two runs may draw the same company: the same people would change nothing the second time.
    return [
        f"Camille {n};Durand-{n};camille.durand.{n}@people-{number}.example;Purchasing manager;Member;fr;finance;2024-03-01"
        for n in range(people)
    ]


def _backend(session: Any) -> int:
    return int(session.scalar(sa.text("SELECT pg_backend_pid()")))


def _server_cpu(pid: int) -> float:
    """CPU seconds that a process of this machine has used; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    cost = import_people(
        make_url(os.environ["BENCH_ADDRESS"]).render_as_string(hide_password=False), int(sys.argv[1]), int(sys.argv[2])
    )
    print(json.dumps({"reading": cost.reading, "ours": cost.ours, "server": cost.server, "peak_mb": cost.peak_mb}))
