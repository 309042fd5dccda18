"""The application's wall by itself: the access contract again, with every policy of the database removed.

Whoever the contract refuses in their own workspace is refused here as well. Those who are let in alike, and those whom the door
keeps out of the workspace before it knows which page they want, are alike whatever the policies say: one of each is asked.

The other way round, the application's filters removed, is tested where they are: ``tests/marketplace/directory``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.contracts.stage import Stage
from tests.contracts.table import Row
from tests.contracts.test_access import (
    ROWS,
    holds,
    named,
    test_another_tenants_id_and_a_missing_id_are_the_same_page,
)

__all__ = ["test_another_tenants_id_and_a_missing_id_are_the_same_page"]

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


@pytest.fixture(scope="module")
def insiders(_stage: Stage, _admin: sa.Engine) -> dict[str | None, set[int]]:
    """Who has a tie of any kind to a workspace."""
    _stage()
    ties = sa.text(
        "SELECT slug, array_agg(person_id) FROM affiliation JOIN organisation o ON o.id = org_id GROUP BY slug"
    )
    with _admin.connect() as connection:
        return {slug: set(people) for slug, people in connection.execute(ties)}


def worth_asking(number: int, row: Row, stage: Stage, insiders: dict[str | None, set[int]]) -> list[str]:
    """Everybody whom only the page refuses, and one of each who are alike; whom the door keeps out take turns."""
    asked, alike = [], {}
    for name, actor in stage.scene.cast.items():
        status = row.expected.get(name, row.others)
        if status < 400:
            alike.setdefault(status, []).append(name)
        elif row.slug and actor.person_id not in insiders[row.slug]:
            assert status == 404
            alike.setdefault("outside", []).append(name)
        else:
            asked.append(name)
    return [*asked, *(names[number % len(names)] for names in alike.values())]


@pytest.mark.parametrize(("number", "row"), list(enumerate(ROWS)), ids=[named(row) for row in ROWS])
def test_each_of_the_cast_gets_what_the_contract_says(number, row, app, stage, insiders, sign_in, anonymous):
    holds(row, worth_asking(number, row, stage, insiders), app, stage, sign_in, anonymous)


def test_the_database_wall_is_really_gone(_admin, app, cast):
    engine = app.extensions["sqlalchemy"]
    with app.app_context(), engine.engines[None].connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM mentor_profile")) == 4
