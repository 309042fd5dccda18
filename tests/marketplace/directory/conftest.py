"""Scenes for the directory: each of the two walls can be taken down while the other stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from benchmarks import stage

OPEN = {
    "wall_audiences()": "SELECT array_agg(id) FROM generate_series(0, 9999) id",
    "wall_hidden()": "SELECT '{}'::integer[]",
    "wall_blocked()": "SELECT '{}'::bigint[]",
    "wall_org()": "SELECT -1",
    "wall_person()": "SELECT -1::bigint",
}
TYPES = {"wall_org()": "integer", "wall_person()": "bigint", "wall_blocked()": "bigint[]"}


@pytest.fixture
def no_database_wall(database: str) -> Iterator[None]:
    """The directory's wall in the database lets everything through, whoever asks."""
    engine = sa.create_engine(database, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        kept = {
            name: connection.scalar(sa.text("SELECT pg_get_functiondef(to_regprocedure(:name))"), {"name": name})
            for name in OPEN
        }
        try:
            for name, body in OPEN.items():
                connection.exec_driver_sql(
                    f"CREATE OR REPLACE FUNCTION {name} RETURNS {TYPES.get(name, 'integer[]')} "
                    f"LANGUAGE sql STABLE AS $$ {body} $$"
                )
            yield
        finally:
            for definition in kept.values():
                connection.exec_driver_sql(str(definition))


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every SQL statement sent while the test runs."""
    with stage.statements() as sent:
        yield sent
