"""Mentorships: the two people of each, and nobody else. Gus is Abe's mentee."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row


def theirs(scene: Any) -> dict[str, Any]:
    return {"mentorship_id": scene.mentorship_id}


def with_file(scene: Any) -> dict[str, Any]:
    return theirs(scene) | {"file_id": scene.file_id}


def with_paper(scene: Any) -> dict[str, Any]:
    return theirs(scene) | {"kind": "agreement", "document_id": 1}


ROWS = [
    Row("GET", "mentorships.index", "acme", {"mia": 200, "ann": 200, "abe": 200, "pam": 200}),
    Row("GET", "mentorships.show", "acme", {"abe": 200}, url=theirs),
    Row("GET", "mentorships.show", "globex", {"gus": 200}, url=theirs),
    # Nothing is asked of this pair: an answer without words is a form to look at again.
    Row("POST", "mentorships.answer", "acme", {"abe": 422}, url=theirs),
    Row("POST", "mentorships.answer", "globex", {"gus": 422}, url=theirs),
    Row("POST", "mentorships.ask_again", "acme", {"abe": 409}, url=theirs),
    Row("POST", "mentorships.ask_again", "globex", {"gus": 409}, url=theirs),
    Row("GET", "own_mentorships.index", None, others=200),
    Row("GET", "own_mentorships.show", None, {"abe": 200, "gus": 200}, url=theirs),
    # What a workspace shows is taken from there; the pair's own test reads it between employers.
    Row("GET", "own_mentorships.file", None, {}, url=with_file),
    Row("GET", "own_mentorships.paper", None, {}, url=with_paper),
    Row("POST", "own_mentorships.answer", None, {"abe": 422, "gus": 422}, url=theirs),
    Row("POST", "own_mentorships.ask_again", None, {"abe": 409, "gus": 409}, url=theirs),
    Row("GET", "arrival.show", "acme", dict.fromkeys(("mia", "ann", "abe", "pam"), 303)),
    Row("POST", "arrival.bring", "acme", dict.fromkeys(("mia", "ann", "abe", "pam"), 303)),
]
