"""Journals: each their own. A mentorship's two people may write about it; Gus is Abe's mentee."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row

ACME = {"mia": 200, "ann": 200, "abe": 200, "pam": 200}
FORM = dict.fromkeys(ACME, 422)
NOBODYS = {"entry_id": 1}


def theirs(scene: Any) -> dict[str, Any]:
    return {"mentorship_id": scene.mentorship_id}


ROWS = [
    Row("GET", "journal.index", "acme", ACME),
    Row("GET", "journal.new", "acme", ACME),
    Row("POST", "journal.write", "acme", FORM),
    Row("GET", "journal.edit", "acme", {}, url=lambda scene: NOBODYS),
    Row("POST", "journal.change", "acme", {}, url=lambda scene: NOBODYS),
    Row("POST", "journal.delete", "acme", {}, url=lambda scene: NOBODYS),
    Row("POST", "journal.restore", "acme", {}, url=lambda scene: NOBODYS),
    Row("GET", "pair_journal.index", "acme", {"abe": 200}, url=theirs),
    Row("GET", "pair_journal.index", "globex", {"gus": 200}, url=theirs),
    Row("GET", "pair_journal.new", "acme", {"abe": 200}, url=theirs),
    Row("GET", "pair_journal.new", "globex", {"gus": 200}, url=theirs),
    Row("POST", "pair_journal.write", "acme", {"abe": 422}, url=theirs),
    Row("POST", "pair_journal.write", "globex", {"gus": 422}, url=theirs),
]
