"""The closing review, the report and the evidence of a cohort that Bridge runs: Ned's; nobody else finds them."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row
from tests.contracts.training_scene import COHORT, LESSON


def at(**more: Any) -> Any:
    return lambda _scene: {"cohort_id": COHORT} | more


def run(method: str, endpoint: str, status: int, url: Any = None) -> list[Row]:
    url = url or at()
    return [
        Row(method, endpoint, "bridge", {"ned": status}, url=url),
        Row(method, endpoint, "acme", url=url),
        Row(method, endpoint, "globex", url=url),
    ]


ROWS = [
    *run("GET", "lessons.index", 200),
    *run("GET", "lessons.new", 200, at(theme="months")),
    *run("POST", "lessons.write", 422, at(theme="months")),
    *run("GET", "lessons.edit", 200, at(lesson_id=LESSON)),
    *run("POST", "lessons.rewrite", 422, at(lesson_id=LESSON)),
    *run("GET", "lessons.ask_removal", 200, at(lesson_id=LESSON)),
    *run("POST", "lessons.take_off", 303, at(lesson_id=LESSON)),
    *run("GET", "reports.index", 200),
    *run("POST", "reports.draw", 409),
    *run("GET", "reports.show_evidence", 200),
    *run("GET", "reports.dictionary", 200),
    # The cohort runs: there is no report yet.
    *run("GET", "reports.slides", 404, at(language="en")),
    *run("GET", "reports.paper", 404, at(kind="report", language="en")),
    *run("GET", "reports.figures", 404, at(form="json")),
]
