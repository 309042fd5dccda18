"""Dashboards, for those who look after people."""

from __future__ import annotations

from typing import Any

from tests.contracts.access.evaluation import DESKS
from tests.contracts.table import Row


def one_measure(_scene: Any) -> dict[str, Any]:
    return {"name": "goals"}


def cohort(scene: Any) -> dict[str, Any]:
    return {"cohort_id": scene.cohort_id}


ROWS = [
    *[
        Row("GET", f"dashboard.{page}", slug, dict.fromkeys(who, 200))
        for page in ("index", "reciprocity")
        for slug, who in DESKS
    ],
    *[
        Row("GET", "dashboard.measure", slug, dict.fromkeys(who, 200 if slug != "harbour" else 404), url=one_measure)
        for slug, who in DESKS
    ],
    *[
        Row("POST", "dashboard.set_cost", slug, dict.fromkeys(who, 422 if slug == "bridge" else 404), url=cohort)
        for slug, who in DESKS
    ],
    *[Row("POST", "dashboard.choose_digest", slug, dict.fromkeys(who, 422)) for slug, who in DESKS],
]
