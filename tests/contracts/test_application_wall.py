"""The application's wall by itself: the access contract again, with every policy of the database removed.

The other way round, the application's filters removed, is tested where they are: ``tests/marketplace/directory``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.contracts.test_access import (
    test_another_tenants_id_and_a_missing_id_are_the_same_page,
    test_each_of_the_cast_gets_what_the_contract_says,
)

__all__ = [
    "test_another_tenants_id_and_a_missing_id_are_the_same_page",
    "test_each_of_the_cast_gets_what_the_contract_says",
]

# What the directory's view and function ask: made to let everything through.
OPEN = """
CREATE OR REPLACE FUNCTION wall_audiences() RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT array_agg(id) || 0 FROM organisation $$;
CREATE OR REPLACE FUNCTION wall_hidden() RETURNS integer[] LANGUAGE sql STABLE AS $$ SELECT '{}'::integer[] $$;
CREATE OR REPLACE FUNCTION wall_blocked() RETURNS bigint[] LANGUAGE sql STABLE AS $$ SELECT '{}'::bigint[] $$;
"""
FUNCTIONS = ("wall_audiences", "wall_hidden", "wall_blocked")


@pytest.fixture(scope="module", autouse=True)
def no_policies(_admin: sa.Engine) -> Iterator[None]:
    with _admin.connect() as connection:
        guarded = list(
            connection.scalars(
                sa.text("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
            )
        )
        kept = [
            connection.scalar(
                sa.text("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = :name"), {"name": name}
            )
            for name in FUNCTIONS
        ]
        assert guarded
        for table in guarded:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(OPEN)
    yield
    with _admin.connect() as connection:
        for table in guarded:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for definition in kept:
            connection.exec_driver_sql(definition)


def test_the_database_wall_is_really_gone(_admin, app, cast):
    engine = app.extensions["sqlalchemy"]
    with app.app_context(), engine.engines[None].connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM mentor_profile")) == 4
