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


MENTEES = {"moment": "start", "audience": "mentee"}

ROWS = [
    *run("GET", "index", at(), 200),
    *run("GET", "plan", at(moment="start"), 200),
    *run("POST", "send", at(moment="start"), 422),
    *run("GET", "edit", at(**MENTEES), 200),
    *run("GET", "preview", at(**MENTEES), 200),
    *run("GET", "new_question", at(**MENTEES, kind="scale"), 200),
    *run("POST", "add_question", at(**MENTEES, kind="scale"), 422),
    *run("GET", "question", at(**MENTEES, key="confidence"), 200),
    *run("POST", "change_question", at(**MENTEES, key="confidence"), 422),
    *run("POST", "move_question", at(**MENTEES, key="confidence"), 303),
    *run("GET", "ask_removal", at(**MENTEES, key="confidence"), 200),
    *run("POST", "remove_question", at(**MENTEES, key="confidence"), 303),
    *run("GET", "part", at(**MENTEES, part=0), 200),
    *run("POST", "retitle_part", at(**MENTEES, part=0), 422),
    *run("POST", "move_part", at(**MENTEES, part=0), 303),
    *run("POST", "publish", at(**MENTEES), 409),
    *run("GET", "ask_return", at(**MENTEES), 200),
    *run("POST", "discard", at(**MENTEES), 303),
    *run("GET", "asked_in", at(round_id=1), 404),
    *run("GET", "results", at(round_id=1), 404),
    *run("GET", "answers", at(round_id=1), 404),
    *run("GET", "ask_closing", at(round_id=1), 404),
    *run("GET", "days", at(round_id=1), 404),
    *run("POST", "move", at(round_id=1), 404),
    *run("POST", "cancel", at(round_id=1), 404),
    *run("POST", "close", at(round_id=1), 404),
    Row("GET", "questionnaires.show", "acme", url=nobodys),
    Row("POST", "questionnaires.answer", "acme", url=nobodys),
    Row("POST", "questionnaire_links.answer_by_link", None, NOWHERE, anonymous=404, url=no_link),
]
