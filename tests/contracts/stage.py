"""The scene of the access contract as it stands in the database, for whoever looks at pages of it."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.scene import Scene


class Standing:
    """What the last test left of the scene: ``rows``, and whether they are all ``as_set``."""

    rows = False
    as_set = False


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
