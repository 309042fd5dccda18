"""Scenes for the directory: each of the two walls can be taken down while the other stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

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
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
