"""Figures, for those who look after people, and what somebody says of themselves, for whoever it is."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row

DESKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("acme", ("ann", "abe")),
    ("globex", ("gil",)),
    ("bridge", ("ned",)),
    ("harbour", ("hal",)),
)
PEOPLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("acme", ("mia", "ann", "abe", "pam")),
    ("bridge", ("ned", "pam")),
)


def csv(_scene: Any) -> dict[str, Any]:
    return {"page": "equity", "kind": "csv"}


ROWS = [
    *[
        Row("GET", f"balance.{page}", slug, dict.fromkeys(who, 200))
        for page in ("equity", "boards")
        for slug, who in DESKS
    ],
    *[
        Row("GET", "balance.export", slug, dict.fromkeys(who, 200 if slug != "harbour" else 404), url=csv)
        for slug, who in DESKS
    ],
    *[Row("POST", "balance.set_minimum_group", slug, dict.fromkeys(who, 422)) for slug, who in DESKS],
    *[Row("GET", "equity.edit", slug, dict.fromkeys(who, 200)) for slug, who in PEOPLE],
    *[Row("POST", "equity.save", slug, dict.fromkeys(who, 422)) for slug, who in PEOPLE],
    *[Row("POST", "equity.withdraw", slug, dict.fromkeys(who, 303)) for slug, who in PEOPLE],
]
