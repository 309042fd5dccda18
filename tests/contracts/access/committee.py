"""The committee's bench: whoever matches the cohort, here Bridge's coordinator, and nobody else."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row


def cohort(scene: Any) -> dict[str, Any]:
    return {"cohort_id": scene.matching["cohort_id"]}


def version(scene: Any) -> dict[str, Any]:
    return cohort(scene) | {"number": 1}


def pair(scene: Any) -> dict[str, Any]:
    two = {"mentee": scene.matching["mentee_enrolment_id"], "mentor": scene.matching["enrolment_id"]}
    return version(scene) | two


def row(method: str, endpoint: str, status: int, url: Any, **more: Any) -> Row:
    return Row(method, f"committee.{endpoint}", "bridge", {"ned": status}, url=url, **more)


ROWS = [
    row("GET", "index", 200, cohort),
    row("POST", "ask", 422, cohort),
    row("GET", "show", 200, version),
    row("GET", "pair", 200, pair),
    row("POST", "vote", 303, pair, form={"vote": "yes"}),
    row("POST", "note", 422, pair),
    row("POST", "remove_note", 404, lambda scene: pair(scene) | {"note_id": 1}),
    row("POST", "mark", 404, version),
    row("POST", "undo_mark", 303, lambda scene: pair(scene) | {"kind": "pin"}),
    row("GET", "ask_publication", 200, version),
    row("POST", "publish", 303, version),
    row("POST", "stop_cascade", 409, version),
    row("POST", "resume_cascade", 409, version),
    row("GET", "left_over", 200, lambda scene: version(scene) | {"side": "mentor"}),
    row("GET", "export", 200, lambda scene: version(scene) | {"kind": "csv"}),
    # A firm that takes part has no bench where the network matches.
    Row("GET", "committee.show", "acme", {}, url=version),
    Row("POST", "committee.ask", "globex", {}, url=cohort),
    # The rest of the bench: the curve, swaps, letters. The scene's version has no question, so nothing is asked or swapped.
    Row("GET", "match_curve.show", "bridge", {"ned": 200}, url=version),
    Row("POST", "match_curve.ask", "bridge", {"ned": 409}, url=version),
    Row("GET", "match_swaps.show", "bridge", {"ned": 409}, url=version),
    Row("POST", "match_swaps.ask", "bridge", {"ned": 409}, url=version),
    Row("GET", "match_letters.show", "bridge", {"ned": 202}, url=pair),
    Row("GET", "match_letters.all_of_them", "bridge", {"ned": 409}, url=version),
    Row("GET", "committee_members.index", "bridge", {"ned": 200}, url=cohort),
    Row("POST", "committee_members.appoint", "bridge", {"ned": 404}, url=cohort),
    Row(
        "POST",
        "committee_members.take_off",
        "bridge",
        {"ned": 404},
        url=lambda scene: cohort(scene) | {"person_id": scene.pam.person_id},
    ),
    # Nothing that a committee proposed: there is no letter, for the two neither.
    Row("GET", "match_letter.show_theirs", "acme", {}, url=lambda scene: {"request_id": scene.request_id}),
]
