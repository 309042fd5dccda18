"""Who gets what from the notices."""

from tests.contracts.table import Row

ACME = {"mia": 200, "ann": 200, "abe": 200, "pam": 200}
ACTS = dict.fromkeys(ACME, 303)
NOBODYS = {"notice_id": 1}
NO_LETTER = {"letter_id": 1}

ROWS = [
    Row("GET", "notices.index", "acme", ACME),
    Row("GET", "notices.badge", "acme", ACME),
    Row("POST", "notices.read_all", "acme", ACTS),
    # Of one's own notices, those that were marked at that moment: at most none.
    Row("POST", "notices.unread", "acme", ACTS, url=lambda scene: {"microseconds": 1}, own_list=True),
    Row("POST", "notices.read", "acme", {}, url=lambda scene: NOBODYS),
    Row("GET", "notices.choices", "acme", ACME),
    Row("POST", "notices.choose", "acme", ACTS),
    Row("GET", "notices.letters", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "notices.send_again", "acme", {}, url=lambda scene: NO_LETTER),
    # Whoever holds a token that was signed here may use it; without one, the page does not exist.
    Row("GET", "subscriptions.show", None, {}, anonymous=404, url=lambda scene: {"token": "made-up"}),
    Row("POST", "subscriptions.choose", None, {}, anonymous=404, url=lambda scene: {"token": "made-up"}),
]
