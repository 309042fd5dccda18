"""Agreements and endings: the two people of each, their words to nobody else. Gus is Abe's mentee."""

from __future__ import annotations

from typing import Any

from tests.contracts.access.requests import NOWHERE, no_link
from tests.contracts.table import Row


def theirs(scene: Any) -> dict[str, Any]:
    return {"mentorship_id": scene.mentorship_id}


def no_paper(scene: Any) -> dict[str, Any]:
    return theirs(scene) | {"document_id": 1}


def no_version(_scene: Any) -> dict[str, Any]:
    return {"number": 1}


def no_code(_scene: Any) -> dict[str, Any]:
    return {"code": "nothing-of-the-kind"}


def of_the_pair(method: str, endpoint: str, status: int, *, url: Any = theirs) -> list[Row]:
    """Mentor and mentee in their own workspaces; HR partners, the network, other pairs: 404."""
    return [
        Row(method, endpoint, "acme", {"abe": status}, url=url),
        Row(method, endpoint, "globex", {"gus": status}, url=url),
        Row(method, endpoint, "bridge", {}, url=url),
    ]


ROWS = [
    *of_the_pair("GET", "charters.show", 200),
    *of_the_pair("GET", "charters.edit", 200),
    *of_the_pair("POST", "charters.propose", 422),
    *of_the_pair("POST", "charters.sign", 422),
    *of_the_pair("POST", "charters.drop", 409),
    *of_the_pair("GET", "charters.paper", 404, url=no_paper),
    *of_the_pair("GET", "closing.show", 200),
    *of_the_pair("POST", "closing.close", 303),
    *of_the_pair("POST", "closing.withdraw", 409),
    *of_the_pair("GET", "closing.ask_end", 200),
    *of_the_pair("POST", "closing.end", 303),
    # Nothing ends yet.
    *of_the_pair("GET", "closing.ask_look_back", 303),
    *of_the_pair("POST", "closing.look_back", 422),
    *of_the_pair("POST", "closing.withdraw_certificate", 303),
    *of_the_pair("GET", "closing.paper", 404, url=no_paper),
    Row("GET", "closing.onward", "globex", {"gus": 200}, url=theirs),
    Row("GET", "closing.onward", "acme", {}, url=theirs),
    Row("GET", "endings.index", "acme", {"ann": 200, "abe": 200}),
    Row("GET", "endings.index", "globex", {"gil": 200}),
    Row("GET", "charter_rules.index", "acme", {"ann": 200, "abe": 200}),
    Row("GET", "charter_rules.index", "bridge", {"ned": 200}),
    Row("GET", "charter_rules.version", "acme", {}, url=no_version),
    Row("GET", "charter_rules.edit", "acme", {"ann": 403, "abe": 200}),
    Row("GET", "charter_rules.edit", "bridge", {"ned": 200}),
    Row("POST", "charter_rules.save", "acme", {"ann": 403, "abe": 422}),
    Row("POST", "mentors.begin", "acme", dict.fromkeys(("mia", "ann", "abe", "pam"), 303)),
    Row("GET", "certificates.verify", None, NOWHERE, anonymous=404, url=no_code),
    *(
        Row("POST", endpoint, None, NOWHERE, anonymous=404, url=no_link)
        for endpoint in (
            "charter_links.sign",
            "charter_links.propose",
            "closing_links.close",
            "closing_links.end",
            "closing_links.look_back",
        )
    ),
]
