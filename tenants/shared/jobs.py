"""What runs later or by the clock: procrastinate's queue, in the same database and the same transaction as the work.

A job belongs to one tenant and says so in its arguments (``org_id``); the worker enters that tenant before it runs.
Only the clock's own jobs have no tenant, and they do nothing but enqueue jobs that have one.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from typing import Any

import procrastinate
from flask import Flask
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.job_context import JobContext
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.tasks import Task

from tenants import walls
from tenants.shared.database import db

log = logging.getLogger(__name__)

queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

# The worker lends ``queue`` an asynchronous connector, which cannot join a page's or a job's transaction; this can.
_enqueuing = JobManager(connector=procrastinate.SyncPsycopgConnector())

ATTEMPTS = 9
RETRY = procrastinate.RetryStrategy(max_attempts=ATTEMPTS - 1, exponential_wait=4)
"""4, 16, 64 … seconds between nine attempts: a service that is down for a day is still reached."""


_on: dict[str, list[Task[..., Any, Any]]] = {}


@contextmanager
def _failures_said(name: str) -> Iterator[None]:
    """A job that will be tried again is no news to the queue; to whoever looks after the house it is."""
    try:
        yield
    except Exception:
        log.warning("the job %s failed", name, exc_info=True)
        raise


def tenant_job(
    name: str, *, on: str | None = None, **options: Any
) -> Callable[[Callable[..., None]], Task[..., Any, Any]]:
    """Register ``function(org_id=…, …)`` as a job of one tenant. Its arguments are ids, never private text.

    ``on`` names an event: the job is put in the queue whenever ``announce`` tells of it.
    """

    def register(function: Callable[..., None]) -> Task[..., Any, Any]:
        @functools.wraps(function)
        def run(context: JobContext, *, org_id: int, **arguments: Any) -> None:
            app: Flask = context.additional_context["app"]
            with app.app_context():
                if walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": org_id})) is None:
                    return
                with _failures_said(name):
                    function(org_id=org_id, **arguments)

        task = queue.task(name=name, pass_context=True, **({"retry": RETRY} | options))(run)  # type: ignore[arg-type]
        if on is not None:
            _on.setdefault(on, []).append(task)
        return task

    return register


def announce(event: str, *, org_id: int, session: Any = None, **arguments: Any) -> None:
    """Enqueue, in the present transaction, every job registered for ``event``: how tenants tell the product what happened."""
    for task in _on.get(event, ()):
        enqueue(task, org_id=org_id, session=session, **arguments)


def clock_job(name: str, cron: str) -> Callable[[Callable[[], None]], Task[..., Any, Any]]:
    """Register a function that the clock starts, in one transaction: once per tick, however many workers there are.

    Ticks missed for ten minutes or more are not made up for: let the function look at what is due, not at the tick.
    """

    def register(function: Callable[[], None]) -> Task[..., Any, Any]:
        @functools.wraps(function)
        def run(context: JobContext, timestamp: int) -> None:
            del timestamp
            app: Flask = context.additional_context["app"]
            with app.app_context(), _failures_said(name):
                function()
                db.session.commit()

        task = queue.task(name=name, pass_context=True, queueing_lock=name)(run)
        queue.periodic(cron=cron)(task)
        return task

    return register


def enqueue(
    task: Task[..., Any, Any],
    *,
    org_id: int,
    session: Any = None,
    once: str | None = None,
    not_before: datetime | None = None,
    **arguments: Any,
) -> None:
    """Put a job in the queue inside the present transaction: it runs if and only if the transaction commits.

    ``once`` names the job: while one of that name waits to be run, another is left out. ``not_before``: when it may run.
    """
    session = session or db.session
    job = task.configure(queueing_lock=once, schedule_at=not_before).job
    # The savepoint keeps the work around it alive when the queue says that such a job waits already.
    with suppress(AlreadyEnqueued), session.begin_nested() if once else nullcontext():
        connection = session.connection().connection.driver_connection
        JobDeferrer(job_manager=_enqueuing, job=job, connection=connection).defer(org_id=org_id, **arguments)


@queue.periodic(cron="* * * * *")
@queue.task(name="resume_stalled_jobs", pass_context=True, queueing_lock="resume_stalled_jobs")
async def resume_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Put back what a worker held when it died: its heart has not beaten for half a minute."""
    del timestamp
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


def run_worker(app: Flask, *, wait: bool = True, concurrency: int = 2) -> None:
    """Work until told to stop (``wait``, the clock included), or until the queue is empty (the clock stands still)."""
    address = walls.plain_address(app.config["SQLALCHEMY_DATABASE_URI"])
    queue.periodic_defaults = {} if wait else {"max_delay": 0}
    with queue.replace_connector(procrastinate.PsycopgConnector(conninfo=address)) as worker:
        worker.run_worker(
            wait=wait,
            concurrency=concurrency,
            additional_context={"app": app},
            install_signal_handlers=wait,
            listen_notify=wait,
            delete_jobs="successful",
        )
