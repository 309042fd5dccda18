"""Introductions: Gus is the candidate, Abe asked for Acme's committee, and Ned helps because Gus asked his network to."""

from __future__ import annotations

from typing import Any

from tests.contracts.introductions_scene import CARD, INTRODUCTION, REQUEST
from tests.contracts.table import Row


def one(scene: Any) -> dict[str, Any]:
    return {"network_id": scene.cast.ned.org_id, "introduction_id": INTRODUCTION}


def card(scene: Any) -> dict[str, Any]:
    return {"network_id": scene.cast.ned.org_id, "card_id": CARD}


def request(scene: Any) -> dict[str, Any]:
    return {"network_id": scene.cast.ned.org_id, "request_id": REQUEST}


def bridge(scene: Any) -> dict[str, Any]:
    return {"network_id": scene.cast.ned.org_id}


def link(scene: Any) -> dict[str, Any]:
    return bridge(scene) | {"link_id": 1}


def secret(_scene: Any) -> dict[str, Any]:
    return {"token": "nothing"}


def three(method: str, endpoint: str, *, gus: int = 404, abe: int = 404, ned: int = 404) -> list[Row]:
    return [
        Row(method, f"introductions.{endpoint}", slug, {name: status} if status != 404 else {}, url=one)
        for slug, name, status in (("globex", "gus", gus), ("acme", "abe", abe), ("bridge", "ned", ned))
    ]


AT_ACME = {"mia": 200, "ann": 200, "abe": 200, "pam": 200}

ROWS = [
    Row("GET", "introductions.index", "acme", AT_ACME),
    Row("GET", "introductions.index", "bridge", {"ned": 200}),
    # A card that is shown to nobody can be asked about by nobody.
    Row("GET", "introductions.new", "acme", url=card),
    Row("POST", "introductions.ask", "acme", url=card),
    *three("GET", "show", gus=200, abe=200, ned=200),
    *three("GET", "standing", gus=204, abe=204, ned=204),
    *three("POST", "answer", gus=422),
    *three("POST", "withdraw", gus=303, abe=409),
    *three("POST", "settle", abe=422),
    *three("POST", "confirm", gus=303),
    *three("POST", "contradict", gus=303),
    *three("POST", "ask_help", gus=303),
    *three("POST", "take_up", ned=303),
    *(
        Row(method, f"candidate_dossiers.{endpoint}", "acme", url=card)
        for method, endpoint in (("GET", "show"), ("GET", "paper"), ("GET", "new"), ("POST", "ask"))
    ),
    # To whoever fills seats: a page that is open is loaded again.
    Row("GET", "candidate_dossiers.standing", "acme", {"abe": 204}, url=card),
    Row("POST", "visibility.answer_request", "globex", {"gus": 422}, url=request),
    Row("POST", "visibility.make_link", "globex", {"gus": 422}, url=bridge),
    # He has made no link.
    Row("POST", "visibility.revoke_link", "globex", url=link),
    *(
        Row(method, f"dossier_links.{endpoint}", None, anonymous=404, url=secret)
        for method, endpoint in (("GET", "show"), ("POST", "open_dossier"))
    ),
    Row("GET", "dossier_links.standing", None, others=204, anonymous=204, url=secret),
]
