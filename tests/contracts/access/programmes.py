"""The designer: those who run programmes for their own organisation. Bridge runs one with Acme and Globex."""

from __future__ import annotations

from typing import Any

from tests.contracts.scene import ASKED, PROGRAMME
from tests.contracts.table import Row


def bridges(_scene: Any) -> dict[str, Any]:
    return {"programme_id": PROGRAMME}


def first_version(scene: Any) -> dict[str, Any]:
    return bridges(scene) | {"number": 1}


def lent(scene: Any) -> dict[str, Any]:
    return {"network_id": scene.ned.org_id, "programme_id": PROGRAMME}


def asked(scene: Any) -> dict[str, Any]:
    return {"org_id": scene.abe.org_id, "programme_id": ASKED}


def run_by_bridge(method: str, endpoint: str, status: int, *, url: Any = bridges) -> list[Row]:
    """Its administrator in its own workspace. Coordinators of firms that take part, and everybody else: 404."""
    return [
        Row(method, endpoint, "bridge", {"ned": status}, url=url),
        Row(method, endpoint, "acme", {}, url=url),
    ]


ROWS = [
    Row("GET", "programmes.index", "acme", dict.fromkeys(("mia", "ann", "abe", "pam"), 200)),
    Row("GET", "programmes.index", "bridge", dict.fromkeys(("ned", "pam"), 200)),
    *(
        row
        for method, endpoint, status in (
            ("GET", "programmes.new", 200),
            ("POST", "programmes.create", 422),
            ("POST", "programmes.import_template", 422),
        )
        for row in (
            Row(method, endpoint, "acme", {"ann": status, "abe": status}),
            Row(method, endpoint, "bridge", {"ned": status}),
        )
    ),
    Row("POST", "programmes.copy_loan", "acme", {"ann": 303, "abe": 303}, url=lent),
    *run_by_bridge("GET", "programmes.design", 200),
    *run_by_bridge("POST", "programmes.save", 422),
    *run_by_bridge("POST", "programmes.clone", 303),
    *run_by_bridge("GET", "programmes.versions", 200),
    *run_by_bridge("POST", "programmes.restore", 303, url=first_version),
    *run_by_bridge("GET", "programmes.export", 200),
    *run_by_bridge("POST", "programmes.open_programme", 409),
    *run_by_bridge("POST", "programmes.to_draft", 303),
    *run_by_bridge("POST", "programmes.archive", 303),
    *run_by_bridge("POST", "programmes.bring_back", 409),
    *run_by_bridge("POST", "programmes.lend", 303),
    *run_by_bridge("POST", "programmes.end_loan", 303),
    *run_by_bridge("GET", "programme_parties.show", 200),
    *run_by_bridge("POST", "programme_parties.save", 422),
    *run_by_bridge("POST", "programme_parties.ask", 422),
    *run_by_bridge("POST", "programme_parties.withdraw", 303),
    *run_by_bridge("POST", "programme_parties.invite_school", 422),
    *run_by_bridge("POST", "programme_parties.reinvite_school", 409),
    # Acme asks Globex; those who answer for Globex answer.
    Row("GET", "programme_parties.asked", "globex", {"gil": 200}, url=asked),
    Row("POST", "programme_parties.agree", "globex", {"gil": 303}, url=asked),
    Row("POST", "programme_parties.decline", "globex", {"gil": 303}, url=asked),
    Row("GET", "programme_parties.ask_leave", "globex", {"gil": 200}, url=asked),
    Row("POST", "programme_parties.leave", "globex", {"gil": 409}, url=asked),
]
