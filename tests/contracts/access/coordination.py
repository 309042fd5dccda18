"""The coordinator's desk: HR and administrators of a firm, and of a network. Gus (Globex) is Abe's (Acme) mentee."""

from __future__ import annotations

from typing import Any

from tests.contracts.access.mentorships import theirs
from tests.contracts.table import Row


def csv(_scene: Any) -> dict[str, Any]:
    return {"kind": "csv"}


DESKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("acme", ("ann", "abe")),
    ("globex", ("gil",)),
    ("bridge", ("ned",)),
    ("harbour", ("hal",)),
)

ROWS = [
    *[Row("GET", "coordination.index", slug, dict.fromkeys(who, 200)) for slug, who in DESKS],
    *[Row("GET", "coordination.export", slug, dict.fromkeys(who, 200), url=csv) for slug, who in DESKS],
    *[Row("POST", "coordination.set_quiet_days", slug, dict.fromkeys(who, 422)) for slug, who in DESKS],
    # The pair is not quiet. Abe is one of it, and Harbour has nothing to do with it.
    Row("POST", "coordination.nudge", "acme", {"ann": 409}, url=theirs),
    Row("POST", "coordination.nudge", "globex", {"gil": 409}, url=theirs),
    Row("POST", "coordination.nudge", "bridge", {"ned": 409}, url=theirs),
    Row("POST", "coordination.nudge", "harbour", url=theirs),
]
