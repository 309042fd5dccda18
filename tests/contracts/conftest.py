"""What the access contract stands on, with the database's wall and without it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import make_cast
from tests.conftest import Standing
from tests.contracts.scene import Scene, set_scene
from tests.factories import publish


class Stage:
    """The scene of the contract, in the database. The contract needs it some thousand times, and most who ask for a page are
    refused and change nothing: it is made anew only where something may have changed since.
    """

    def __init__(self, scene: Scene, again: str, admin: sa.Engine, standing: Standing) -> None:
        self.scene = scene
        self._again, self._admin, self._standing = again, admin, standing

    def __call__(self) -> Scene:
        """As it was set; what else stood is deleted."""
        if not self._standing.as_set:
            with self._admin.connect() as connection:
                connection.exec_driver_sql(self._again)
            self._standing.rows = self._standing.as_set = True
        return self.scene

    def changed(self) -> None:
        """Whoever asks next finds it as it was set."""
        self._standing.as_set = False


@pytest.fixture(scope="session")
def _stage(app: Flask, operator_engine: sa.Engine, _admin, _tables, _standing, keep_rows) -> Stage:
    with _admin.connect() as connection, Session(operator_engine, expire_on_commit=False) as operator:
        connection.exec_driver_sql(_tables)
        cast = make_cast(operator)
        operator.commit()
        for mentor in (cast.max, cast.abe, cast.ida, cast.olga):
            publish(app, mentor)
        scene = set_scene(operator, cast)
        _standing.rows = True
    return Stage(scene, f"{_tables}; {keep_rows('kept_scene')}", _admin, _standing)


@pytest.fixture
def stage(_stage: Stage) -> Stage:
    return _stage
