"""Mentorships: the two people of each, and nobody else. Gus is Abe's mentee."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row


def theirs(scene: Any) -> dict[str, Any]:
    return {"mentorship_id": scene.mentorship_id}


ROWS = [
    Row("GET", "mentorships.index", "acme", {"mia": 200, "ann": 200, "abe": 200, "pam": 200}),
    Row("GET", "mentorships.show", "acme", {"abe": 200}, url=theirs),
    Row("GET", "mentorships.show", "globex", {"gus": 200}, url=theirs),
    Row("GET", "mentorships.first_meeting", "acme", {"abe": 200}, url=theirs),
    Row("GET", "mentorships.first_meeting", "globex", {"gus": 200}, url=theirs),
]
