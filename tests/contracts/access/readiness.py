"""A candidate's readiness: Gus (Globex) is the candidate, Abe (Acme) accompanies him; nobody else has a page here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts.readiness_scene import BOARD, COHORT, ENROLMENT, READING
from tests.contracts.table import Row


def at(**more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda _scene: {"enrolment_id": ENROLMENT} | more


def both(method: str, endpoint: str, status: int, url: Any) -> list[Row]:
    return [
        Row(method, f"readiness.{endpoint}", "globex", {"gus": status}, url=url),
        Row(method, f"readiness.{endpoint}", "acme", {"abe": status}, url=url),
    ]


def own(method: str, endpoint: str, status: int, url: Any) -> list[Row]:
    """The candidate's alone: to the mentor there is no such page."""
    return [
        Row(method, f"readiness.{endpoint}", "globex", {"gus": status}, url=url),
        Row(method, f"readiness.{endpoint}", "acme", url=url),
    ]


first, finance = at(moment="start"), at(moment="start", competency="finance")
board, reading = at(board_id=BOARD), at(reading_id=READING)

ROWS = [
    Row("GET", "cohort_readiness.find", "globex", {"gus": 302}, url=lambda _scene: {"cohort_id": COHORT}),
    Row("GET", "cohort_readiness.find", "bridge", url=lambda _scene: {"cohort_id": COHORT}),
    *both("GET", "show", 200, at()),
    Row("GET", "readiness.show", "bridge", url=at()),
    *both("GET", "assessment", 200, first),
    *both("GET", "step", 200, finance),
    *both("POST", "save_answer", 422, finance),
    *both("POST", "give", 409, first),
    *own("GET", "path", 200, at()),
    *own("POST", "choose_role", 422, at()),
    *own("POST", "tick", 404, at()),
    *own("POST", "add_reading", 422, at()),
    *own("POST", "tick_own", 303, reading),
    *own("POST", "remove_reading", 303, reading),
    *own("POST", "return_reading", 303, reading),
    *own("GET", "boards", 200, at()),
    *own("GET", "new_board", 200, at()),
    *own("POST", "add_board", 422, at()),
    *own("GET", "edit_board", 200, board),
    *own("POST", "change_board", 422, board),
    *own("POST", "remove_board", 303, board),
    *own("POST", "return_board", 303, board),
    *own("POST", "show_boards", 303, at()),
    *own("GET", "time", 200, at()),
    *own("POST", "check_time", 303, at()),
]
