"""The queue under the product's own roles: with the work or not at all, one tenant at a time, once."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import procrastinate
import pytest
import sqlalchemy as sa
from procrastinate.periodic import PeriodicDeferrer
from psycopg.errors import CheckViolation
from sqlalchemy.exc import DBAPIError

from tenants import walls
from tenants.shared import clock, jobs
from tenants.shared.database import db
from tenants.shared.letters import queue_letter

JOBS = sa.text("SELECT task_name, args, status, attempts FROM procrastinate_jobs ORDER BY id")


@pytest.fixture
def seen(worker_app):
    """Two jobs for these tests only, and what they saw."""
    runs = []

    @jobs.tenant_job("look_around")
    def look_around(*, org_id, word):
        mine = db.session.scalar(sa.text("SELECT wall_org()"))
        runs.append((org_id, mine, word))

    @jobs.tenant_job("pass_it_on")
    def pass_it_on(*, org_id, then):
        jobs.enqueue(look_around, org_id=org_id, word="passed on")
        if then == "commit":
            db.session.commit()

    @jobs.clock_job("strike", cron="0 0 1 1 *")
    def strike():
        runs.append("struck")
        jobs.enqueue(look_around, org_id=1, word="by the clock")

    yield runs
    for name in ("look_around", "pass_it_on", "strike"):
        del jobs.queue.tasks[name]
    del jobs.queue.periodic_registry.periodic_tasks["strike", ""]


def test_a_job_that_failed_is_in_the_log_without_what_people_wrote(app, worker_app, cast, caplog):
    @jobs.tenant_job("stumble")
    def stumble(*, org_id):
        db.session.execute(sa.text("SELECT 1 / length(CAST(:words AS text))"), {"words": ""})

    try:
        with app.test_request_context():
            enter(cast.mia)
            jobs.enqueue(stumble, org_id=cast.mia.org_id)
            db.session.commit()
        jobs.run_worker(worker_app, wait=False)
    finally:
        del jobs.queue.tasks["stumble"]
    said = [record for record in caplog.records if record.message == "the job stumble failed"]
    assert len(said) == 1 and "division by zero" in caplog.text
    assert "[parameters" not in caplog.text and "SQL parameters hidden" in caplog.text


def task(name):
    return jobs.queue.tasks[name]


def enter(actor):
    entry = walls.Entry(walls.ENTER_WORKSPACE, {"token": actor.token, "slug": actor.slug})
    walls.enter(db.session, entry)


def waiting(operator):
    operator.rollback()
    return [(job.task_name, job.args) for job in operator.execute(JOBS)]


def test_a_job_runs_once_its_work_is_committed_and_inside_its_tenant(app, cast, seen, work, operator):
    with app.test_request_context():
        enter(cast.mia)
        jobs.enqueue(task("look_around"), org_id=cast.mia.org_id, word="hello")
        assert waiting(operator) == []
        db.session.commit()
    assert waiting(operator) == [("look_around", {"org_id": cast.mia.org_id, "word": "hello"})]
    work()
    assert seen == [(cast.mia.org_id, cast.mia.org_id, "hello")]
    assert waiting(operator) == []


def test_work_that_is_rolled_back_leaves_no_job(app, cast, seen, work, operator):
    with app.test_request_context():
        enter(cast.mia)
        jobs.enqueue(task("look_around"), org_id=cast.mia.org_id, word="never")
        db.session.rollback()
    assert waiting(operator) == []
    work()
    assert seen == []


def test_a_job_can_enqueue_in_its_own_transaction(app, cast, seen, work, operator):
    for then in ("commit", "forget"):
        with app.test_request_context():
            enter(cast.mia)
            jobs.enqueue(task("pass_it_on"), org_id=cast.mia.org_id, then=then)
            db.session.commit()
    work()
    assert seen == [(cast.mia.org_id, cast.mia.org_id, "passed on")]


def test_a_job_named_once_waits_only_once_and_the_work_around_it_goes_on(app, cast, seen, work, operator):
    with app.test_request_context():
        enter(cast.mia)
        for word in ("first", "second"):
            jobs.enqueue(task("look_around"), org_id=cast.mia.org_id, once="look", word=word)
        jobs.enqueue(task("look_around"), org_id=cast.mia.org_id, word="third")
        db.session.commit()
    work()
    assert [word for _, _, word in seen] == ["first", "third"]


def test_a_job_without_a_tenant_is_refused_by_the_database(app, cast):
    with app.test_request_context():
        enter(cast.mia)
        bare = sa.text(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'look_around', 0, NULL, NULL, '{}', NULL)"
            "::procrastinate_job_to_defer_v1])"
        )
        with pytest.raises(DBAPIError) as error:
            db.session.execute(bare)
        assert isinstance(error.value.orig, CheckViolation)


@pytest.mark.parametrize("statement", ["SELECT * FROM procrastinate_jobs", "DELETE FROM procrastinate_jobs"])
def test_the_pages_cannot_look_into_the_queue(app, cast, statement):
    with app.test_request_context():
        enter(cast.mia)
        with pytest.raises(DBAPIError, match="permission denied"):
            db.session.execute(sa.text(statement))


def test_a_job_of_an_organisation_that_is_gone_does_nothing(app, cast, seen, work, operator):
    with app.test_request_context():
        enter(cast.mia)
        jobs.enqueue(task("look_around"), org_id=2**31 - 1, word="nobody")
        db.session.commit()
    work()
    assert seen == []
    assert waiting(operator) == []


def run_async(worker_app, doing):
    """Run ``doing(queue)`` as a worker would: the queue opened under the worker's role, in a loop of its own."""

    async def run():
        async with queue.open_async():
            await doing(queue)

    address = walls.plain_address(worker_app.config["SQLALCHEMY_DATABASE_URI"])
    with jobs.queue.replace_connector(procrastinate.PsycopgConnector(conninfo=address)) as queue:
        asyncio.run(run())


def test_two_workers_that_see_one_tick_start_the_clocks_job_once(worker_app, cast, seen, work, operator):
    strike = jobs.queue.periodic_registry.periodic_tasks["strike", ""]

    def tick(moment):
        async def both(queue):
            deferrers = [PeriodicDeferrer(queue.periodic_registry) for _ in range(2)]
            await asyncio.gather(*(one.defer_jobs([(strike, moment)]) for one in deferrers))

        run_async(worker_app, both)

    tick(1_800_000_000)
    assert [name for name, _ in waiting(operator)] == ["strike"]
    # The next tick finds the first one's job still waiting, which looks at everything that is due anyway.
    tick(1_800_000_060)
    work()
    assert seen.count("struck") == 1
    tick(1_800_000_120)
    tick(1_800_000_120)
    work()
    assert seen.count("struck") == 2


def test_what_the_clocks_job_enqueues_is_committed(worker_app, cast, seen, work, operator):
    with worker_app.app_context():
        task("strike").func(SimpleNamespace(additional_context={"app": worker_app}), timestamp=0)
    assert [name for name, _ in waiting(operator)] == ["look_around"]


def test_what_a_dead_worker_held_is_taken_up_again(worker_app, app, cast, seen, work, operator, _admin):
    with app.test_request_context():
        enter(cast.mia)
        jobs.enqueue(task("look_around"), org_id=cast.mia.org_id, word="left behind")
        db.session.commit()
    with _admin.connect() as connection:
        connection.exec_driver_sql(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes')"
        )
        connection.exec_driver_sql(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )
    work()
    assert seen == []

    async def resume(queue):
        await task("resume_stalled_jobs").func(SimpleNamespace(app=queue), timestamp=0)

    run_async(worker_app, resume)
    work()
    assert [word for _, _, word in seen] == ["left behind"]


@pytest.mark.race
def test_four_workers_share_the_jobs_and_run_each_once(worker_app, app, cast, seen, operator):
    with app.test_request_context():
        enter(cast.mia)
        for number in range(24):
            jobs.enqueue(task("look_around"), org_id=cast.mia.org_id, word=number)
        db.session.commit()

    async def four(queue):
        options = {"wait": False, "concurrency": 2, "additional_context": {"app": worker_app}}
        await asyncio.gather(
            *(queue.run_worker_async(**options, listen_notify=False, install_signal_handlers=False) for _ in range(4))
        )

    run_async(worker_app, four)
    assert sorted(word for _, _, word in seen) == list(range(24))


@pytest.mark.slow
def test_the_worker_as_an_operator_starts_it(database, cast, app, mailbox, _admin):
    """``passerelle worker``: signs in as its own role, hears of a letter at once, and stops when asked."""
    environment = os.environ | {
        "DATABASE_URL": database,
        "MAIL_SERVER": mailbox.host,
        "MAIL_PORT": str(mailbox.port),
        "BASE_URL": "http://localhost",
    }
    command = [sys.executable, "-c", "from marketplace.cli import main; main()", "worker"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        listening = sa.text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = 'passerelle_worker' AND query LIKE 'LISTEN%'"
        )
        with _admin.connect() as server:
            _until(lambda: process.poll() is not None or server.scalar(listening))
        with app.test_request_context():
            enter(cast.ann)
            queue_letter(
                "profile_published",
                org_id=cast.ann.org_id,
                now=clock.now(),
                person_id=cast.ann.person_id,
                data={"url": "/acme/profile"},
            )
            db.session.commit()
        # Sooner than the worker's own poll (5 s): it was told.
        mailbox.wait_for(1, seconds=4)
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
        print(output.decode())
    assert process.returncode == 0


def _until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
