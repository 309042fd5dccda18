"""TEMPORARY, to be dropped at the merge."""

from __future__ import annotations

from tests.contracts.table import Row

ROWS = [
    Row(
        "GET",
        "programme_pages.show",
        "acme",
        {"mia": 200, "ann": 200, "abe": 200, "pam": 200},
        url=lambda _scene: {"programme_id": 1},
    )
]
