"""Who may say what they look for: everybody, for themselves."""

from __future__ import annotations

from tests.contracts.table import Row

ACME = dict.fromkeys(("mia", "ann", "abe", "pam"), 200)

ROWS: list[Row] = [
    Row("GET", "mentees.edit", "acme", ACME),
    Row("POST", "mentees.save", "acme", dict.fromkeys(ACME, 422)),
]
