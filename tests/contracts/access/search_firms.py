"""Admissions of search firms: Bridge's desk, and Halden's own side. Pam belongs to Bridge without running it."""

from __future__ import annotations

from typing import Any

from tests.contracts.search_firm_scene import ADMISSION
from tests.contracts.table import Row, nothing


def admission(scene: Any) -> dict[str, Any]:
    del scene
    return {"admission_id": ADMISSION}


def desk(method: str, endpoint: str, status: int, url: Any = admission) -> list[Row]:
    return [Row(method, endpoint, "bridge", {"ned": status}, url=url), Row(method, endpoint, "harbour", {}, url=url)]


ROWS = [
    Row("GET", "admissions.index", "bridge", {"ned": 200}),
    Row("GET", "admissions.index", "halden", {"kate": 200}),
    Row("GET", "admissions.index", "acme", {}),
    Row("GET", "admissions.new", "bridge", {"ned": 200}),
    Row("GET", "admissions.new", "halden", {}),
    Row("POST", "admissions.create", "bridge", {"ned": 422}),
    Row("POST", "admissions.create", "halden", {}),
    Row("POST", "admissions.admit_known", "bridge", {"ned": 422}),
    Row("POST", "admissions.admit_known", "halden", {}),
    *desk("GET", "admissions.show", 200),
    Row("GET", "admissions.show", "halden", {"kate": 200}, url=admission),
    Row("POST", "admissions.accept", "halden", {"kate": 422}, url=admission),
    Row("POST", "admissions.accept", "bridge", {}, url=admission),
    *desk("POST", "admissions.invite_again", 409),
    *desk("GET", "admissions.ask_end", 200),
    *desk("POST", "admissions.end", 303),
    Row("POST", "admissions.end", "halden", {}, url=admission),
    Row("GET", "people.index", "halden", {"kate": 200}),
    Row("GET", "directory.index", "halden", {}, url=nothing),
]
