"""Matching in a cohort and circles: those who take part, those who look after it, and nobody else."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row


def matching(scene: Any) -> dict[str, Any]:
    return {"cohort_id": scene.matching["cohort_id"]}


def mentor(scene: Any) -> dict[str, Any]:
    return matching(scene) | {"enrolment_id": scene.matching["enrolment_id"]}


def no_proposal(scene: Any) -> dict[str, Any]:
    return matching(scene) | {"proposal_id": 1}


def peers(scene: Any) -> dict[str, Any]:
    return {"cohort_id": scene.matching["peers_id"]}


def circle(scene: Any) -> dict[str, Any]:
    return peers(scene) | {"circle_id": scene.matching["circle_id"]}


def seat(scene: Any) -> dict[str, Any]:
    return circle(scene) | {"person_id": scene.pam.person_id}


def meeting(scene: Any) -> dict[str, Any]:
    return circle(scene) | {"meeting_id": scene.matching["meeting_id"]}


def of_peers(
    method: str, endpoint: str, acme: dict[str, int], globex: dict[str, int], bridge: dict[str, int], url: Any
) -> list[Row]:
    """Pam takes part for Acme, and works at Bridge too; Max takes part for Globex."""
    return [
        Row(method, endpoint, slug, expected, url=url)
        for slug, expected in (("acme", acme), ("globex", globex), ("bridge", bridge))
    ]


ROWS = [
    Row("GET", "pairing.index", "globex", {"gus": 200, "gil": 200}, url=matching),
    Row("GET", "pairing.index", "acme", {"abe": 200, "ann": 200}, url=matching),
    Row("GET", "pairing.index", "bridge", {"ned": 200}, url=matching),
    Row("GET", "pairing.show", "globex", {"gus": 200}, url=mentor),
    Row("GET", "pairing.show", "acme", {}, url=mentor),
    Row("POST", "pairing.propose", "bridge", {"ned": 422}, url=matching),
    Row("POST", "pairing.propose", "acme", {"abe": 403, "ann": 403}, url=matching),
    Row("POST", "pairing.propose", "globex", {"gil": 403}, url=matching),
    Row("POST", "pairing.undo", "bridge", {"ned": 404}, url=no_proposal),
    Row("POST", "pairing.undo", "acme", {"abe": 403, "ann": 403}, url=no_proposal),
    # Gus looks for a mentor; Abe is the one, and is nobody to wish for himself.
    *(
        Row("POST", f"wishes.{turn}", slug, expected, url=mentor)
        for turn in ("add", "remove", "move_up", "opt_out", "opt_in")
        for slug, expected in (("globex", {"gus": 303}), ("acme", {"abe": 409}))
    ),
    Row("GET", "requests.new_in_cohort", "globex", {"gus": 200}, url=mentor),
    Row("GET", "requests.new_in_cohort", "acme", {}, url=mentor),
    Row("POST", "requests.send_in_cohort", "globex", {"gus": 422}, url=mentor),
    Row("POST", "requests.save_draft_in_cohort", "globex", {"gus": 303}, url=mentor),
    *of_peers("GET", "circles.index", {"pam": 200}, {"max": 200}, {"pam": 200, "ned": 200}, peers),
    *of_peers("POST", "circles.compose", {}, {}, {"ned": 422}, peers),
    *of_peers("GET", "circles.show", {"pam": 200}, {"max": 200}, {"pam": 200, "ned": 200}, circle),
    # Pam has a seat already, and takes part for Acme.
    *of_peers("POST", "circles.join", {"pam": 409}, {"max": 303}, {"pam": 422, "ned": 422}, circle),
    *of_peers("GET", "circles.ask_leave", {"pam": 200}, {}, {"pam": 200, "ned": 200}, seat),
    *of_peers("POST", "circles.leave", {"pam": 303}, {}, {"pam": 303, "ned": 409}, seat),
    *of_peers("POST", "circles.move", {}, {}, {"ned": 422}, seat),
    *of_peers("POST", "circles.change_purpose", {"pam": 303}, {}, {"pam": 303}, circle),
    *of_peers("POST", "circles.set_meeting", {"pam": 422}, {}, {"pam": 422}, circle),
    *of_peers("POST", "circles.cancel_meeting", {"pam": 303}, {}, {"pam": 303}, meeting),
    *of_peers("POST", "circles.restore_meeting", {"pam": 303}, {}, {"pam": 303}, meeting),
    *of_peers("GET", "circles.calendar", {"pam": 200}, {}, {"pam": 200}, meeting),
    *of_peers("POST", "circles.save_note", {"pam": 303}, {}, {"pam": 303}, circle),
]
