"""A programme's page, its poster and its kit: its audience reads, those who run it write, strangers find nothing.

Bridge runs it, Acme and Globex take part; Pam is a member of Acme and of Bridge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts.table import Row

ACME = ("mia", "ann", "abe", "pam")
GLOBEX = ("max", "gil", "gus")


def programme(scene: Any) -> dict[str, Any]:
    return {"programme_id": scene.kit_programme_id}


def cohort(scene: Any) -> dict[str, Any]:
    return {"cohort_id": scene.kit_cohort_id}


def ours(scene: Any) -> dict[str, Any]:
    return programme(scene) | {"key": "charter"}


def own(scene: Any) -> dict[str, Any]:
    return programme(scene) | {"key": str(scene.kit_own_id)}


def own_version(scene: Any) -> dict[str, Any]:
    return own(scene) | {"number": 1}


Url = Callable[[Any], dict[str, Any]]


def for_readers(endpoint: str, url: Url = programme, status: int = 200) -> list[Row]:
    return [
        Row("GET", endpoint, "acme", dict.fromkeys(ACME, status), url=url),
        Row("GET", endpoint, "globex", dict.fromkeys(GLOBEX, status), url=url),
        Row("GET", endpoint, "bridge", {"ned": status}, url=url),
        Row("GET", endpoint, "harbour", {}, url=url),
    ]


def for_runners(method: str, endpoint: str, status: int, url: Url = ours) -> list[Row]:
    return [
        Row(method, endpoint, "bridge", {"ned": status}, url=url),
        Row(method, endpoint, "acme", {}, url=url),
    ]


ROWS = [
    *for_readers("programme_pages.show"),
    *for_runners("POST", "programme_pages.name_firms", 303, programme),
    Row("GET", "programme_pages.poster", "bridge", {"ned": 202}, url=programme),
    Row("GET", "programme_pages.poster", "acme", {"ann": 202, "abe": 202, "mia": 403, "pam": 403}, url=programme),
    *for_readers("kit.index"),
    *for_readers("cohort_kit.show", cohort),
    *for_readers("kit.paper", ours),
    # The worker draws them.
    *for_readers("kit.print_all", status=202),
    *for_readers("kit.print_one", ours, status=202),
    *for_readers("kit.download", own),
    *for_runners("GET", "kit.new", 200, programme),
    *for_runners("POST", "kit.add", 422, programme),
    *for_runners("GET", "kit.edit", 200),
    *for_runners("POST", "kit.save", 422),
    *for_runners("GET", "kit.versions", 200),
    *for_runners("GET", "kit.version", 200, own_version),
    *for_runners("POST", "kit.restore", 303, own_version),
    *for_runners("POST", "kit.follow_default", 303),
    *for_runners("POST", "kit.hide", 303),
    *for_runners("POST", "kit.unhide", 303),
    *for_runners("POST", "kit.move", 303),
    *for_runners("POST", "kit.remove", 303, own),
    # It was not taken away.
    *for_runners("POST", "kit.bring_back", 404, own),
]
