"""Cohorts and the ways into them. Bridge runs one; Acme and Globex take part; Mia has applied, Abe is her line manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.contracts.access.requests import no_link
from tests.contracts.table import Row


def programme(scene: Any) -> dict[str, Any]:
    return {"programme_id": scene.programme_id}


def cohort(scene: Any) -> dict[str, Any]:
    return {"cohort_id": scene.cohort_id}


def approval(scene: Any) -> dict[str, Any]:
    return {"cohort_id": scene.cohort_id, "phase": "approval"}


def as_csv(scene: Any) -> dict[str, Any]:
    return {"cohort_id": scene.cohort_id, "kind": "csv"}


def one(scene: Any) -> dict[str, Any]:
    return {"cohort_id": scene.cohort_id, "enrolment_id": scene.enrolment_id}


ACME, GLOBEX = ("mia", "ann", "abe", "pam"), ("max", "gil", "gus")


def runner(method: str, endpoint: str, status: int, url: Any = cohort) -> Row:
    return Row(method, endpoint, "bridge", {"ned": status}, url=url)


def everybody(method: str, endpoint: str, status: int) -> list[Row]:
    return [
        Row(method, endpoint, "acme", dict.fromkeys(ACME, status), url=cohort),
        Row(method, endpoint, "globex", dict.fromkeys(GLOBEX, status), url=cohort),
    ]


def keepers(method: str, endpoint: str, status: int, url: Any = cohort) -> list[Row]:
    return [
        Row(method, endpoint, "acme", {"ann": status, "abe": status}, url=url),
        Row(method, endpoint, "globex", {"gil": status}, url=url),
    ]


def of_mia(method: str, endpoint: str, acme: Mapping[str, int], ned: int) -> list[Row]:
    return [
        Row(method, f"enrolments.{endpoint}", "acme", acme, url=one),
        Row(method, f"enrolments.{endpoint}", "bridge", {"ned": ned}, url=one),
    ]


ROWS = [
    runner("GET", "cohorts.new", 200, programme),
    runner("POST", "cohorts.create", 422, programme),
    runner("GET", "cohorts.show", 200),
    *everybody("GET", "cohorts.show", 200),
    runner("POST", "cohorts.open_cohort", 409),
    runner("GET", "cohorts.ask_phase", 200, approval),
    runner("POST", "cohorts.open_phase", 422, approval),
    runner("GET", "cohorts.timeline_page", 200),
    runner("POST", "cohorts.change_timeline", 422),
    runner("GET", "cohorts.settings", 200),
    runner("POST", "cohorts.change_settings", 303),
    runner("GET", "cohorts.ask_closing", 200),
    runner("POST", "cohorts.close", 303),
    runner("GET", "cohorts.ask_cancellation", 200),
    runner("POST", "cohorts.cancel", 303),
    runner("GET", "cohorts.board", 200),
    *keepers("GET", "cohorts.board", 200),
    runner("GET", "cohorts.export", 200, as_csv),
    *keepers("GET", "cohorts.export", 200, as_csv),
    *keepers("GET", "enrolments.nomination", 200),
    *keepers("POST", "enrolments.nominate", 422),
    *keepers("POST", "enrolments.nominate_list", 422),
    *everybody("GET", "enrolments.application", 200),
    *everybody("POST", "enrolments.apply", 422),
    *of_mia("GET", "show", {"mia": 200, "ann": 200, "abe": 200}, 200),
    *of_mia("POST", "answer_nomination", {"mia": 422, "ann": 403, "abe": 403}, 403),
    *of_mia("POST", "approve", {"mia": 403, "ann": 422, "abe": 422}, 403),
    *of_mia("POST", "decide", {"mia": 403, "ann": 403, "abe": 403}, 422),
    *of_mia("POST", "ask_manager", {"mia": 422, "ann": 422, "abe": 422}, 403),
    *of_mia("GET", "ask_withdrawal", {"mia": 200, "ann": 200, "abe": 200}, 403),
    # She applied herself: her employer has no nomination to withdraw.
    *of_mia("POST", "withdraw", {"mia": 303, "ann": 409, "abe": 409}, 403),
    *of_mia("GET", "ask_departure", {"mia": 200, "ann": 403, "abe": 403}, 200),
    *of_mia("POST", "leave", {"mia": 409, "ann": 403, "abe": 403}, 422),
    *of_mia("POST", "continue_for", {"mia": 409, "ann": 403, "abe": 403}, 403),
    *of_mia("POST", "nudge", {"mia": 403, "ann": 303, "abe": 303}, 303),
    Row("GET", "enrolments.view", "acme", {"abe": 200}, url=one),
    Row("POST", "enrolments.give_view", "acme", {"abe": 422}, url=one),
    Row("POST", "enrolment_links.answer_nomination", None, others=404, anonymous=404, url=no_link),
    Row("POST", "enrolment_links.give_view", None, others=404, anonymous=404, url=no_link),
]
