"""A candidate's dossier: Gus's (Globex) alone; the draft that he shares, Abe's (Acme) as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts.dossiers_scene import COMMENT, MANDATE
from tests.contracts.table import Row


def at(**more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda _scene: {"network": "bridge"} | more


def own(method: str, endpoint: str, status: int, url: Any) -> list[Row]:
    """To his employer, his mentor and the network there is no such page."""
    return [
        Row(method, f"dossiers.{endpoint}", "globex", {"gus": status}, url=url),
        Row(method, f"dossiers.{endpoint}", "acme", url=url),
        *([Row(method, f"dossiers.{endpoint}", "bridge", url=url)] if endpoint in {"edit", "version"} else []),
    ]


def shared(scene: Any) -> dict[str, Any]:
    return {"network_id": scene.cast.ned.org_id, "person_id": scene.cast.gus.person_id}


version, mandate = at(number=1), at(mandate_id=MANDATE)

ROWS = [
    Row("GET", "dossiers.find", "globex", {"gus": 302}),
    *own("GET", "edit", 200, at()),
    *own("POST", "save", 303, at()),
    *own("POST", "publish", 422, at()),
    *own("GET", "ask_withdrawal", 200, at()),
    *own("POST", "withdraw", 303, at()),
    *own("POST", "share", 303, at()),
    *own("GET", "preview", 200, at()),
    *own("GET", "paper", 202, at(what="card", language="en")),
    *own("GET", "versions", 200, at()),
    *own("GET", "version", 200, version),
    *own("GET", "compare", 200, version),
    *own("GET", "ask_restoration", 200, version),
    *own("POST", "restore", 303, version),
    *own("GET", "new_mandate", 200, at()),
    *own("POST", "add_mandate", 422, at()),
    *own("GET", "edit_mandate", 200, mandate),
    *own("POST", "change_mandate", 422, mandate),
    *own("GET", "ask_removal", 200, mandate),
    *own("POST", "remove_mandate", 303, mandate),
    *own("POST", "settle_comment", 303, at(comment_id=COMMENT)),
    Row("GET", "dossiers.shared", "acme", {"abe": 200}, url=shared),
    Row("GET", "dossiers.shared", "globex", url=shared),
    Row("POST", "dossiers.add_comment", "acme", {"abe": 422}, url=shared),
    Row("POST", "dossiers.add_comment", "globex", url=shared),
]
