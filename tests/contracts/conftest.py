"""What the access contract stands on, with the database's wall and without it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import make_cast
from tests.contracts.scene import Scene, set_scene
from tests.factories import publish


@pytest.fixture(scope="session")
def kept_scene(app: Flask, operator_engine: sa.Engine, _admin, _tables, keep_rows) -> tuple[Scene, str]:
    """The scene, and the statement that makes it anew: the contract needs it some thousand times."""
    with _admin.connect() as connection, Session(operator_engine, expire_on_commit=False) as operator:
        connection.exec_driver_sql(_tables)
        cast = make_cast(operator)
        operator.commit()
        for mentor in (cast.max, cast.abe, cast.ida, cast.olga):
            publish(app, mentor)
        scene = set_scene(operator, cast)
    return scene, f"{_tables}; {keep_rows('kept_scene')}"


@pytest.fixture
def fresh_scene(kept_scene: tuple[Scene, str], _admin) -> Callable[[], Scene]:
    """Make the scene anew; what stood before is deleted."""
    scene, again = kept_scene

    def make() -> Scene:
        with _admin.connect() as connection:
            connection.exec_driver_sql(again)
        return scene

    return make
