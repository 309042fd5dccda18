"""Questionnaires of a cohort that Bridge runs: Ned plans them; whoever is not asked finds nothing."""

from __future__ import annotations

from typing import Any

from tests.contracts.access.requests import NOWHERE, no_link
from tests.contracts.table import Row
from tests.contracts.training_scene import COHORT


def at(**more: Any) -> Any:
    return lambda _scene: {"cohort_id": COHORT} | more


def run(method: str, endpoint: str, url: Any, status: int) -> list[Row]:
    return [
        Row(method, f"cohort_questionnaires.{endpoint}", "bridge", {"ned": status}, url=url),
        Row(method, f"cohort_questionnaires.{endpoint}", "acme", url=url),
    ]


def nobodys(_scene: Any) -> dict[str, Any]:
    return {"round_id": 1}


ROWS = [
    *run("GET", "index", at(), 200),
    *run("GET", "plan", at(moment="start"), 200),
    *run("POST", "send", at(moment="start"), 422),
    *run("GET", "preview", at(moment="start", audience="mentee"), 200),
    *run("GET", "days", at(round_id=1), 404),
    *run("POST", "move", at(round_id=1), 404),
    *run("POST", "cancel", at(round_id=1), 404),
    *run("POST", "close", at(round_id=1), 404),
    Row("GET", "questionnaires.show", "acme", url=nobodys),
    Row("POST", "questionnaires.answer", "acme", url=nobodys),
    Row("POST", "questionnaire_links.answer_by_link", None, NOWHERE, anonymous=404, url=no_link),
]
