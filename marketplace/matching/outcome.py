"""The answer: pairs, who is left, and whole-number prices that prove that no other answer is worth more.

**The proof.** Everything scarce has a price in units of value: a mentor's place, a firm's right to give or to receive, a firm's
balance, a limit. A pair's *net* value is its value less ``mentor[j] + gives[f of mentor] + receives[f of mentee]
+ balance[f of mentor] - balance[f of mentee] + Σ limit[l] * uses of l``. No answer whatever can be worth more than

    dual =  Σ mentees      max(0, the best net value among the mentee's allowed pairs)
          + Σ mentors      max over x in 0 … capacity of  floor * min(x, least) + mentor[j] * x
          + Σ firms        the same of what they give and of what they receive, x never more than their people could
          + Σ firms        max over t in -d … d of  balance[f] * t          (where there is a balance d)
          + Σ limits       most * limit[l]                                  (these prices are never negative)

with pinned pairs counted as made: their value and the floors they meet are added, their mentees take no part, and every most,
least and balance goes on from what they use. If ``primal``, the value of the answer itself, reaches ``dual``, it is optimal.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple


class Pair(NamedTuple):
    """By their ids; ``score`` 0 … 10 000."""

    mentee: int
    mentor: int
    score: int


@dataclass(frozen=True, slots=True)
class OddSet:
    """Of peers: an odd number of people (ids, sorted) who between them make at most half of one fewer pairs, and its price."""

    members: tuple[int, ...]
    price: int


@dataclass(frozen=True, slots=True)
class Prices:
    """Aligned with ``cohort.mentors``, ``cohort.firm_ids`` and ``problem.all_limits``; ``mentee`` (aligned with
    ``cohort.mentees``) is each mentee's best net value, or 0.

    A mentor's price is 0 where a place of theirs stays free and no floor holds them; below 0 where a floor does. Of peers,
    ``mentee``, ``receives`` and ``odd`` are all there is, in halves of a unit: see ``peers``.
    """

    mentee: tuple[int, ...]
    mentor: tuple[int, ...]
    gives: tuple[int, ...]
    receives: tuple[int, ...]
    balance: tuple[int, ...]
    limit: tuple[int, ...] = ()
    odd: tuple[OddSet, ...] = ()


class FloorOf(enum.StrEnum):
    """Whose floor it is."""

    mentor = "mentor"
    firm_gives = "firm_gives"
    firm_receives = "firm_receives"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A floor that could not be met: of whom (mentor's or firm's id), and how many places are missing."""

    of: FloorOf
    id: int
    missing: int


@dataclass(frozen=True, slots=True)
class Result:
    """``primal`` and ``dual`` in units of value (see ``model``); ``gap`` is their difference, 0 when ``equal``.

    ``bound`` is what an integer programme claims that nothing can exceed: at most ``dual``, and ``dual`` itself where the problem
    is a flow. ``churn``: previous pairs that are not in the answer. Pairs are sorted by mentee; ``unmatched`` are mentees' ids.
    """

    pairs: tuple[Pair, ...]
    unmatched: tuple[int, ...]
    shortfalls: tuple[Shortfall, ...]
    prices: Prices
    primal: int
    dual: int
    bound: int
    churn: int
    optimal: bool

    @property
    def equal(self) -> bool:
        """Whether the prices alone prove it, in integers."""
        return self.primal == self.dual

    @property
    def gap(self) -> int:
        """By how much a better answer could still exceed this one, as far as is known."""
        return min(self.dual, self.bound) - self.primal

    @property
    def heads(self) -> int:
        return len(self.pairs)

    @property
    def score(self) -> int:
        return sum(pair.score for pair in self.pairs)

    @property
    def proof(self) -> dict[str, int | bool]:
        return {"primal": self.primal, "dual": self.dual, "equal": self.equal}
