"""What a reader of an answer finds."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from marketplace.matching.outcome import Result


class Complaint(enum.StrEnum):
    """What is wrong with an answer; the first eight make it no answer at all, the others make what it says of itself untrue."""

    unknown = "unknown"
    mentee_twice = "mentee_twice"
    forbidden = "forbidden"
    capacity = "capacity"
    pin_missing = "pin_missing"
    quota = "quota"
    balance = "balance"
    limit = "limit"
    order = "order"
    score = "score"
    unmatched = "unmatched"
    shortfalls = "shortfalls"
    churn = "churn"
    primal = "primal"
    prices = "prices"
    dual = "dual"
    bound = "bound"


@dataclass(frozen=True, slots=True)
class Finding:
    """``proven``: the answer holds and nothing is worth more, by the prices alone. No complaints and not proven: it holds, and a
    better one, at most ``gap`` better, is not ruled out by prices.
    """

    complaints: tuple[Complaint, ...]
    proven: bool
    gap: int


def found(complaints: tuple[Complaint, ...], result: Result, primal: int, dual: int) -> Finding:
    """What is to be said of an answer that is worth ``primal`` where nothing is worth more than ``dual``, as read again."""
    told = [
        (Complaint.primal, result.primal == primal),
        (Complaint.dual, result.dual == dual and dual >= primal),
        (Complaint.bound, primal <= result.bound <= result.dual and result.optimal == (result.bound == result.primal)),
    ]
    complaints += tuple(complaint for complaint, holds in told if not holds)
    return Finding(complaints, not complaints and primal == dual, dual - primal)
