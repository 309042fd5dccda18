"""Seats to fill: for those who fill them. Kate's search firm Halden has yet to accept Bridge's rules; Abe sits on Acme's
committee. What happens with cards in sight is asked in tests/marketplace/selections.
"""

from __future__ import annotations

from tests.contracts.table import Row

SEAT = {"seat_id": 1}


def nobody(method: str, endpoint: str, slug: str, **url: int | str) -> Row:
    return Row(method, endpoint, slug, url=lambda _scene: url)


ROWS = [
    Row("GET", "selections.index", "halden", {"kate": 200}),
    Row("GET", "selections.index", "acme", {"abe": 200}),
    Row("GET", "selections.new", "acme", {"abe": 200}),
    Row("POST", "selections.create", "acme", {"abe": 422}),
    Row("GET", "selections.index", "bridge"),
    *(
        row
        for slug in ("halden", "globex")
        for row in (
            nobody("GET", "selections.new", slug),
            nobody("GET", "selections.show", slug, **SEAT),
            nobody("GET", "selections.edit", slug, **SEAT),
            nobody("POST", "selections.revise", slug, **SEAT),
            nobody("GET", "selections.near", slug, **SEAT),
            nobody("POST", "selections.put_down", slug, **SEAT),
            nobody("GET", "selections.record", slug, **SEAT),
            nobody("POST", "selections.step", slug, **SEAT, entry_id=1),
            nobody("GET", "selections.ask_close", slug, **SEAT),
            nobody("POST", "selections.close", slug, **SEAT),
            nobody("GET", "selections.sheet", slug, **SEAT, kind="csv"),
            nobody("GET", "selections.paper", slug, **SEAT),
        )
    ),
    Row("POST", "selections.create", "halden", {"kate": 422}),
    Row("POST", "selections.create", "globex"),
]
