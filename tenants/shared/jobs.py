"""What runs later or by the clock: procrastinate's queue, in the same database and the same transaction as the work.

A job belongs to one tenant and says so in its arguments (``org_id``); the worker enters that tenant before it runs.
Only the clock's own jobs have no tenant, and they do nothing but enqueue jobs that have one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import procrastinate
from flask import Flask
from procrastinate.job_context import JobContext
from procrastinate.tasks import Task

from tenants import walls
from tenants.shared.database import db

queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4)
"""4, 16, 64 … seconds: a service that is down for a day is still reached."""


def tenant_job(name: str, **options: Any) -> Callable[[Callable[..., None]], Task[..., Any, Any]]:
    """Register ``function(org_id=…, …)`` as a job of one tenant. Its arguments are ids, never private text."""

    def register(function: Callable[..., None]) -> Task[..., Any, Any]:
        @functools.wraps(function)
        def run(context: JobContext, *, org_id: int, **arguments: Any) -> None:
            app: Flask = context.additional_context["app"]
            with app.app_context():
                if walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": org_id})) is None:
                    return
                function(org_id=org_id, **arguments)

        return queue.task(name=name, pass_context=True, **({"retry": RETRY} | options))(run)

    return register


def clock_job(name: str, cron: str) -> Callable[[Callable[[], None]], Task[..., Any, Any]]:
    """Register a function that the clock starts; several workers, or a worker that was down, start it once per tick."""

    def register(function: Callable[[], None]) -> Task[..., Any, Any]:
        @functools.wraps(function)
        def run(context: JobContext, timestamp: int) -> None:
            del timestamp
            app: Flask = context.additional_context["app"]
            with app.app_context():
                function()

        task = queue.task(name=name, pass_context=True, queueing_lock=name)(run)
        queue.periodic(cron=cron)(task)
        return task

    return register


def enqueue(task: Task[..., Any, Any], *, org_id: int, session: Any = None, **arguments: Any) -> None:
    """Put a job in the queue inside the present transaction: it runs if and only if the transaction commits."""
    connection = (session or db.session).connection().connection.driver_connection
    task.configure(connection=connection).defer(org_id=org_id, **arguments)


def run_worker(app: Flask, *, wait: bool = True, concurrency: int = 2) -> None:
    """Work until told to stop (``wait``), or until the queue is empty."""
    address = walls.plain_address(app.config["SQLALCHEMY_DATABASE_URI"])
    with queue.replace_connector(procrastinate.PsycopgConnector(conninfo=address)) as worker:
        worker.run_worker(
            wait=wait,
            concurrency=concurrency,
            additional_context={"app": app},
            install_signal_handlers=wait,
            listen_notify=wait,
            delete_jobs="successful",
        )
