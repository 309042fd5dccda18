"""What the access contract stands on, with the database's wall and without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import make_cast
from tests.contracts.scene import Scene, set_scene
from tests.factories import publish

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
