"""The access contract: every endpoint, the whole cast, one expected status each. An endpoint that is not listed fails."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import make_cast
from tests.contracts import access
from tests.contracts.scene import Scene, set_scene
from tests.contracts.table import Row, nothing
from tests.factories import publish

OPEN_TO_ALL = frozenset({"static", "accent", "health.health", "health.ready"})
"""Endpoints that answer everybody alike and know no tenant."""


def rows() -> list[Row]:
    found = []
    for module in pkgutil.iter_modules(access.__path__):
        found += importlib.import_module(f"{access.__name__}.{module.name}").ROWS
    return found


ROWS = rows()


def named(row: Row) -> str:
    return f"{row.method} {row.endpoint}"


COLUMNS = """
SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('alembic_version', 'wall_key')
GROUP BY c.relname
"""


@pytest.fixture(scope="session")
def kept_scene(app: Flask, operator_engine: sa.Engine, _admin, _tables) -> Iterator[tuple[Scene, str]]:
    """The scene, and the statement that makes it anew: it is set once and its rows are kept beside the tables, since to
    set it takes a hundred times as long as to copy it, and the contract needs it some thousand times.
    """
    with _admin.connect() as connection, Session(operator_engine, expire_on_commit=False) as operator:
        connection.exec_driver_sql(_tables)
        cast = make_cast(operator)
        operator.commit()
        for mentor in (cast.max, cast.abe, cast.ida, cast.olga):
            publish(app, mentor)
        scene = set_scene(operator, cast)
        connection.exec_driver_sql("CREATE SCHEMA kept")
        again = [_tables]
        for table, columns in connection.exec_driver_sql(COLUMNS).all():
            if connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM {table})").scalar():
                connection.exec_driver_sql(f"CREATE UNLOGGED TABLE kept.{table} AS SELECT {columns} FROM {table}")
                again.append(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept.{table}")
        yield scene, "; ".join(again)
        connection.exec_driver_sql("DROP SCHEMA kept CASCADE")


@pytest.fixture
def fresh_scene(kept_scene: tuple[Scene, str], _admin) -> Callable[[], Scene]:
    """Make the scene anew; what stood before is deleted."""
    scene, again = kept_scene

    def make() -> Scene:
        with _admin.connect() as connection:
            connection.exec_driver_sql(again)
        return scene

    return make


def address(app: Flask, row: Row, scene: Scene, slug: str | None) -> str:
    with app.test_request_context():
        values = dict(row.url(scene))
        if slug is not None:
            values["organisation"] = slug
        return url_for(row.endpoint, **values)


def ask(client: FlaskClient, row: Row, path: str) -> int:
    if row.method == "GET":
        return client.get(path).status_code
    return client.open(path, method=row.method, data=dict(row.form)).status_code


def test_every_endpoint_is_in_the_contract(app: Flask):
    listed = {(row.method, row.endpoint) for row in ROWS}
    served = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN_TO_ALL
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert served - listed == set(), (
        "List these in tests/contracts/access/<feature>.py: who may, and what everybody else gets."
    )
    assert listed - served == set(), "These are listed and no longer served."


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_each_of_the_cast_gets_what_the_contract_says(row: Row, app: Flask, fresh_scene, sign_in, anonymous):
    scene = fresh_scene()
    got: dict[str, int] = {"(nobody)": ask(anonymous, row, address(app, row, scene, row.slug))}
    wanted: dict[str, int] = {"(nobody)": row.anonymous}
    for name in sorted(scene.cast, key=lambda name: name in row.expected):
        if row.method != "GET" and name in row.expected:
            scene = fresh_scene()
        got[name] = ask(sign_in(scene.cast[name]), row, address(app, row, scene, row.slug))
        wanted[name] = row.expected.get(name, row.others)
    assert got == wanted


POINTING = [row for row in ROWS if row.slug and row.url is not nothing]


@pytest.mark.parametrize("row", POINTING, ids=named)
def test_another_tenants_id_and_a_missing_id_are_the_same_page(row: Row, app: Flask, fresh_scene, sign_in):
    scene = fresh_scene()
    real = row.url(scene)
    missing = {name: 1 if isinstance(value, int) else value for name, value in real.items()}
    # Olga shares neither a firm nor a network with anybody in the scene.
    client = sign_in(scene.olga)
    answers = []
    for values in (real, missing):
        with app.test_request_context():
            path = url_for(row.endpoint, organisation=scene.olga.slug, **values)
        answers.append(client.open(path, method=row.method, data=dict(row.form)))
    wanted = 303 if row.own_list else 404
    assert [answer.status_code for answer in answers] == [wanted, wanted]
    assert answers[0].headers.get("Location") == answers[1].headers.get("Location")
    assert answers[0].data == answers[1].data
