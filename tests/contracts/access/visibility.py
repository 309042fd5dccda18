"""Who sees a candidate: pages of everybody's own; a company's committee is named by those who look after its people.

Gus (Globex) has a dossier and shows it to nobody; Abe sits on Acme's committee.
"""

from __future__ import annotations

from tests.contracts.table import Row

AT_ACME = {"mia": 200, "ann": 200, "abe": 200, "pam": 200}


def nobody(method: str, endpoint: str, **url: int) -> Row:
    return Row(method, endpoint, "acme", url=lambda _scene: url)


ROWS = [
    Row("GET", "visibility.index", "acme", AT_ACME),
    nobody("POST", "visibility.show_card", network_id=1),
    nobody("POST", "visibility.withdraw", network_id=1, consent_id=1),
    nobody("POST", "visibility.withdraw_all", network_id=1),
    Row("GET", "nomination.index", "acme", {"ann": 200, "abe": 200}),
    Row("GET", "nomination.index", "bridge"),
    nobody("POST", "nomination.add"),
    nobody("POST", "nomination.remove", member_id=1),
    Row("GET", "candidates.index", "acme", AT_ACME),
    nobody("GET", "candidates.show", network_id=1, card_id=1),
    Row(
        "GET",
        "candidates.standing",
        "acme",
        {"abe": 204},
        url=lambda scene: {"network_id": scene.cast.ned.org_id, "card_id": 1},
    ),
]
