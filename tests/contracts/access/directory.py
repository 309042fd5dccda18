"""The directory: everybody with a tie to the workspace reads it; a mentor one may not see is a 404."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row

ACME = {"mia": 200, "ann": 200, "abe": 200, "pam": 200}
SEE_MAX = dict.fromkeys(ACME, 200)
POST_MAX = dict.fromkeys(ACME, 303)


def max_mentor(scene: Any) -> dict[str, Any]:
    return {"mentor_id": scene.max.mentor_id}


def ida_mentor(scene: Any) -> dict[str, Any]:
    return {"mentor_id": scene.ida.mentor_id}


ROWS = [
    Row("GET", "directory.index", "acme", ACME),
    Row("GET", "directory.saved", "acme", ACME),
    Row("GET", "directory.compare", "acme", ACME),
    Row("GET", "directory.show", "acme", SEE_MAX, url=max_mentor),
    Row("GET", "directory.show", "acme", {}, url=ida_mentor),
    Row("POST", "directory.save", "acme", POST_MAX, url=max_mentor),
    Row("POST", "directory.save", "acme", {}, url=ida_mentor),
    Row("POST", "directory.forget", "acme", POST_MAX, url=max_mentor, own_list=True),
    # Max has room, so nobody waits for him.
    Row("POST", "directory.wait", "acme", dict.fromkeys(ACME, 409), url=max_mentor),
    Row("POST", "directory.wait", "acme", {}, url=ida_mentor),
    Row("POST", "directory.stop_waiting", "acme", POST_MAX, url=max_mentor),
    Row("POST", "directory.stop_waiting", "acme", {}, url=ida_mentor),
]
