"""What a pair writes: the two people, and nobody else. Gus (mentee) and Abe (mentor)."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row


def theirs(scene: Any) -> dict[str, Any]:
    return {"mentorship_id": scene.mentorship_id}


def goal(scene: Any) -> dict[str, Any]:
    return theirs(scene) | {"goal_id": scene.goal_id}


def step(scene: Any) -> dict[str, Any]:
    return goal(scene) | {"step_id": scene.step_id}


def note(scene: Any) -> dict[str, Any]:
    return theirs(scene) | {"note_id": scene.note_id}


def version(scene: Any) -> dict[str, Any]:
    return note(scene) | {"number": 1}


def file(scene: Any) -> dict[str, Any]:
    return theirs(scene) | {"file_id": scene.file_id}


def token(_scene: Any) -> dict[str, Any]:
    return {"token": "nobody-made-this"}


# (method, endpoint, address, the mentee's answer, the mentor's)
OF_THE_PAIR = (
    ("GET", "goals.index", theirs, 200, 200),
    ("GET", "goals.new", theirs, 200, 403),
    ("POST", "goals.set_goal", theirs, 422, 403),
    ("GET", "goals.show", goal, 200, 200),
    ("GET", "goals.edit", goal, 200, 403),
    ("POST", "goals.word", goal, 422, 403),
    ("POST", "goals.progress", goal, 422, 403),
    ("POST", "goals.move", goal, 303, 403),
    ("POST", "goals.reach", goal, 303, 403),
    ("POST", "goals.let_go", goal, 303, 403),
    ("POST", "goals.take_up", goal, 303, 403),
    ("POST", "goals.add_step", goal, 422, 403),
    ("POST", "goals.tick", step, 303, 403),
    ("POST", "goals.remove_step", step, 303, 403),
    ("POST", "goals.bring_step_back", step, 303, 403),
    ("POST", "goals.comment", goal, 422, 422),
    ("GET", "conversations.index", theirs, 200, 200),
    ("POST", "conversations.send", theirs, 422, 422),
    ("POST", "conversations.read", theirs, 303, 303),
    ("GET", "notes.index", theirs, 200, 200),
    ("GET", "notes.new", theirs, 200, 200),
    ("POST", "notes.begin", theirs, 422, 422),
    ("GET", "notes.show", note, 200, 200),
    ("GET", "notes.edit", note, 200, 200),
    ("POST", "notes.save", note, 422, 422),
    ("GET", "notes.versions", note, 200, 200),
    ("GET", "notes.version", version, 200, 200),
    ("POST", "notes.restore", version, 303, 303),
    ("POST", "notes.remove", note, 303, 303),
    ("POST", "notes.bring_back", note, 303, 303),
    ("GET", "files.index", theirs, 200, 200),
    ("POST", "files.add", theirs, 422, 422),
    ("GET", "files.download", file, 200, 200),
    ("POST", "files.remove", file, 303, 403),
    ("POST", "files.bring_back", file, 303, 403),
)

ROWS = [
    *(Row(method, name, "globex", {"gus": mentee}, url=url) for method, name, url, mentee, _mentor in OF_THE_PAIR),
    *(Row(method, name, "acme", {"abe": mentor}, url=url) for method, name, url, _mentee, mentor in OF_THE_PAIR),
    Row("POST", "conversation_links.send", None, anonymous=404, url=token),
]
