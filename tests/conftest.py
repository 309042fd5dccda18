"""The real database under the product's own roles; every test starts with the cast and nothing else.

Data is really committed: pages, the door, the worker and the operator sign in under different roles, on connections of
their own, and a savepoint of one would be invisible to the others. What a test wrote is deleted after it.
"""

from __future__ import annotations

import gc
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dev.mailbox import Mailbox
from marketplace.app import create_app
from marketplace.config import Settings
from tenants.migrate import prepare_database
from tenants.shared import clock
from tenants.walls import prepare_roles, role_address
from tests.cast import Actor, Cast, make_cast
from tests.compiled import FOLDER, share_compiled_templates
from tests.contracts.scene import set_scene
from tests.contracts.stage import Stage, Standing
from tests.factories import publish

SECRET = "a key for tests only, forty characters long"
JOURNAL_KEY = b64encode(b"a key for the journals of tests.").decode()
PAYMENT_KEY = b64encode(b"a key for the payments of tests.").decode()


@pytest.fixture(scope="session")
def copy_database(testrun_uid: str) -> Callable[[str], str]:
    """Make a migrated, empty database of this name, instead of one that is there; the operator's address of it.

    The first worker of a run migrates one, and every other is copied from it.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    assert given, "Run the tests with make test: it starts a database and says where it is (TEST_DATABASE_URL)."
    url = sa.make_url(given)
    server = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    family = f"passerelle_empty_{os.environ.get('TEST_NAME', 'all')}_"
    empty = f"{family}{testrun_uid}"

    def copy(name: str) -> str:
        address = url.set(database=name).render_as_string(hide_password=False)
        with server.connect() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_lock(hashtext('passerelle_empty'))")
            found = sa.text("SELECT datname FROM pg_database WHERE starts_with(datname, :family)")
            there = list(connection.scalars(found, {"family": family}))
            if empty not in there:
                for old in there:
                    connection.exec_driver_sql(f'DROP DATABASE "{old}" WITH (FORCE)')
                prepare_database(url.set(database=empty).render_as_string(hide_password=False))
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{empty}"')
        # Who may enter a database is no part of what is copied.
        prepare_roles(address)
        return address

    return copy


@pytest.fixture(scope="session")
def database(copy_database: Callable[[str], str]) -> str:
    """The operator's address of this test worker's own, migrated database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return copy_database(f"passerelle_test_{os.environ.get('TEST_NAME', 'all')}_{worker}")


@pytest.fixture(scope="session")
def settings(database: str) -> Settings:
    return Settings(
        secret_key=SECRET,
        database=database,
        base_url="http://localhost",
        journal_keys=JOURNAL_KEY,
        payment_keys=PAYMENT_KEY,
    )


@pytest.fixture(scope="session")
def operator_engine(database: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(role_address(database, "operator"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _admin(database: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(database, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _tables(_admin: sa.Engine) -> str:
    query = sa.text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND relname NOT IN ('alembic_version', 'wall_key')"
    )
    with _admin.connect() as connection:
        names = list(connection.scalars(query))
        # As a function, a hundred and fifty deletions are planned once and not before every test.
        deletions = "; ".join(f"DELETE FROM {name}" for name in names)
        connection.exec_driver_sql("CREATE SCHEMA cleaning")
        connection.exec_driver_sql(
            "CREATE FUNCTION cleaning.delete_all() RETURNS void LANGUAGE plpgsql SET search_path = public "
            f"AS $$ BEGIN {deletions}; END $$"
        )
    return "SET session_replication_role = replica; SELECT cleaning.delete_all()"


@pytest.fixture(scope="session")
def _standing() -> Standing:
    return Standing()


@pytest.fixture(autouse=True)
def _clean(request: pytest.FixtureRequest) -> Iterator[None]:
    if "database" not in request.fixturenames:
        yield
        return
    statement, admin = request.getfixturevalue("_tables"), request.getfixturevalue("_admin")
    standing, stays = request.getfixturevalue("_standing"), "stage" in request.fixturenames

    def clean() -> None:
        standing.rows = standing.as_set = False
        with admin.connect() as connection:
            connection.exec_driver_sql(statement)

    if standing.rows and not stays:
        clean()
    yield
    if not stays:
        clean()


@pytest.fixture(scope="session", autouse=True)
def _compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The workers of a run have their folders side by side in one that is the run's."""
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    os.environ[FOLDER] = str(folder / "compiled-templates")
    share_compiled_templates()


@pytest.fixture(scope="session")
def app(settings: Settings) -> Flask:
    """The product as the web serves it."""
    return create_app(settings, overrides={"TESTING": True, "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False})


@pytest.fixture(scope="session")
def worker_app(settings: Settings) -> Flask:
    """The product as the worker runs it."""
    return create_app(settings, role="worker", overrides={"TESTING": True})


@pytest.fixture(scope="session")
def operator_app(settings: Settings) -> Flask:
    """The product as the operator's commands run it."""
    return create_app(settings, role="operator", overrides={"TESTING": True})


@pytest.fixture
def operator(operator_engine: sa.Engine) -> Iterator[Session]:
    """A session that sees every tenant: to set the scene and to look at what happened."""
    with Session(operator_engine, expire_on_commit=False) as session:
        yield session


COLUMNS = """
SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('alembic_version', 'wall_key')
GROUP BY c.relname
"""


@pytest.fixture(scope="session")
def keep_rows(_admin: sa.Engine) -> Callable[[str], str]:
    """Keep every row there is now, under a name; gives the statement that makes them anew in an empty database.

    To set a scene takes ten to a hundred times as long as to copy it.
    """

    def keep(name: str) -> str:
        copies = []
        with _admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
            for table, columns in connection.exec_driver_sql(COLUMNS).all():
                if connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM {table})").scalar():
                    connection.exec_driver_sql(f"CREATE UNLOGGED TABLE {name}.{table} AS SELECT {columns} FROM {table}")
                    copies.append(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {name}.{table}")
            connection.exec_driver_sql(
                f"CREATE FUNCTION {name}.make_again() RETURNS void LANGUAGE plpgsql SET search_path = public "
                f"AS $$ BEGIN {'; '.join(copies)}; END $$"
            )
        return f"SET session_replication_role = replica; SELECT {name}.make_again()"

    return keep


@pytest.fixture(scope="session")
def _kept_cast(operator_engine: sa.Engine, _admin: sa.Engine, _tables: str, keep_rows) -> tuple[Cast, str]:
    with Session(operator_engine, expire_on_commit=False) as operator, _admin.connect() as admin:
        admin.exec_driver_sql(_tables)
        people = make_cast(operator)
        operator.commit()
        again = keep_rows("kept_cast")
        admin.exec_driver_sql(_tables)
    return people, again


@pytest.fixture
def cast(_kept_cast: tuple[Cast, str], _admin: sa.Engine) -> Cast:
    """The people of ``tests/cast.py``, committed. Nobody's mentor page is published yet."""
    people, again = _kept_cast
    with _admin.connect() as connection:
        connection.exec_driver_sql(again)
        connection.execute(sa.text("UPDATE account_session SET seen_at = :now"), {"now": clock.now()})
    return deepcopy(people)


@pytest.fixture(scope="session")
def _stage(
    app: Flask, operator_engine: sa.Engine, _admin: sa.Engine, _tables: str, _standing: Standing, keep_rows
) -> Stage:
    with _admin.connect() as connection, Session(operator_engine, expire_on_commit=False) as operator:
        connection.exec_driver_sql(_tables)
        people = make_cast(operator)
        operator.commit()
        for mentor in (people.max, people.abe, people.ida, people.olga):
            publish(app, mentor)
        scene = set_scene(operator, people)
        _standing.rows = True
    return Stage(scene, f"{_tables}; {keep_rows('kept_scene')}", _admin, _standing)


@pytest.fixture
def stage(_stage: Stage) -> Stage:
    """The scene of the access contract, instead of the cast alone."""
    return _stage


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Actor], FlaskClient]:
    """A browser in which the actor is signed in; the sign-in page has tests of its own."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]

    def signed_in(actor: Actor) -> FlaskClient:
        client = app.test_client()
        cookie = serializer.dumps({"_user_id": actor.token, "_fresh": True})
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
        return client

    return signed_in


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def work(worker_app: Flask) -> Callable[[], None]:
    """Run every job that waits, as the worker would, and return."""
    from tenants.shared.jobs import run_worker

    def run() -> None:
        run_worker(worker_app, wait=False, concurrency=1)

    return run


@pytest.fixture
def mailbox(worker_app: Flask) -> Iterator[Mailbox]:
    """A real mail server that the worker talks to; without it, letters count as sent and go nowhere."""
    post = worker_app.extensions["mail"]
    with Mailbox() as box:
        post.server, post.port, post.suppress = box.host, box.port, False
        yield box
    post.suppress = True


def pytest_configure(config: Any) -> None:
    os.environ.setdefault("SECRET_KEY", SECRET)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """Six thousand tests and the product's modules stay to the end: no collection of garbage need walk through them, neither
    while they come nor again and again after.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What the browser tests measured, in presses and bytes."""
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    told = sorted(value for report in reports for name, value in report.user_properties if name == "effort")
    if told:
        terminalreporter.section("effort")
        terminalreporter.write_line("\n".join(told))
