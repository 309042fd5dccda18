"""The stand-in of the programme's page."""

from __future__ import annotations

from tests.contracts.table import Row

ROWS = [
    Row(
        "GET",
        "programme_pages.show",
        "bridge",
        {"ned": 200, "pam": 404},
        url=lambda scene: {"programme_id": scene.programme_id},
    )
]
