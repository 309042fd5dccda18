"""What a committee asks of a match: what counts how much, what comes first, what must hold. One checked value, kept as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from marketplace.matching.criteria import (
    FULL,
    Criterion,
    Goals,
    Languages,
    NearClock,
    OtherFunction,
    Seniority,
    View,
    Wish,
)
from marketplace.programmes.modalities import Form

MOST_WEIGHT = 10

IDEAL_STEPS = {"reverse": -2, "peer": 0}
"""How many steps of seniority the mentor is ideally ahead, by form; two, unless named here."""


class Priorities(BaseModel):
    """Each weight is 0 (does not count) to 10; what counts shares the 10 000 points of a pair in proportion.

    ``first``: as many pairs as possible, or the best pairs. ``balance``: by how much what a firm gives and receives may differ.
    ``between``: most pairs in which one firm's mentors have one other's mentees. ``minimum``: no pair below so many points of
    10 000. ``stay_close``: of equal matches, the one nearest to the version before. ``weakest_first``: lift the weakest pair as
    far as it goes before anything else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    goals: int = Field(8, ge=0, le=MOST_WEIGHT)
    sought_by_mentor: int = Field(2, ge=0, le=MOST_WEIGHT)
    wish_of_mentee: int = Field(4, ge=0, le=MOST_WEIGHT)
    wish_of_mentor: int = Field(2, ge=0, le=MOST_WEIGHT)
    languages: int = Field(1, ge=0, le=MOST_WEIGHT)
    time_zone: int = Field(1, ge=0, le=MOST_WEIGHT)
    seniority: int = Field(1, ge=0, le=MOST_WEIGHT)
    other_function: int = Field(1, ge=0, le=MOST_WEIGHT)
    first: Literal["headcount_first", "score_first"] = "headcount_first"
    balance: int | None = Field(None, ge=0, le=1000)
    between: int | None = Field(None, ge=1, le=1000)
    minimum: int = Field(0, ge=0, le=FULL)
    stay_close: bool = True
    weakest_first: bool = False

    def weights(self, form: str) -> Mapping[str, int]:
        """By name of the criterion, in order. What one of two peers seeks or wishes counts as much as what the other does."""
        if form != Form.peer:
            return {name: 2 * getattr(self, name) for name in CRITERIA}
        halves = dict.fromkeys(("goals_of_first", "goals_of_second"), self.goals)
        halves |= dict.fromkeys(("wish_of_first", "wish_of_second"), self.wish_of_mentee)
        return halves | {name: 2 * getattr(self, name) for name in OF_BOTH}

    def criteria(self, form: str) -> tuple[Criterion, ...]:
        """Those that count, their points in proportion; together ``FULL`` at most."""
        weights = self.weights(form)
        together = max(sum(weights.values()), 1)
        return tuple(MADE[name](FULL * weight // together, form) for name, weight in weights.items() if weight)


OF_BOTH = ("languages", "time_zone", "seniority", "other_function")

CRITERIA = ("goals", "sought_by_mentor", "wish_of_mentee", "wish_of_mentor", *OF_BOTH)
"""What a committee weighs."""

ONE_POOL = ("goals", "wish_of_mentee", *OF_BOTH)
"""What a committee weighs of peers: what it is for the one, it is for the other."""

MADE: dict[str, Callable[[int, str], Criterion]] = {
    "goals": lambda most, _form: Goals(most),
    "sought_by_mentor": lambda most, _form: Goals(most, View.mentor),
    "wish_of_mentee": lambda most, _form: Wish(most),
    "wish_of_mentor": lambda most, _form: Wish(most, View.mentor),
    "goals_of_first": lambda most, _form: Goals(most, called="goals_of_first"),
    "goals_of_second": lambda most, _form: Goals(most, View.mentor, called="goals_of_second"),
    "wish_of_first": lambda most, _form: Wish(most, called="wish_of_first"),
    "wish_of_second": lambda most, _form: Wish(most, View.mentor, called="wish_of_second"),
    "languages": lambda most, _form: Languages(most),
    "time_zone": lambda most, _form: NearClock(most),
    "seniority": lambda most, form: Seniority(most, ideal=IDEAL_STEPS.get(form, 2)),
    "other_function": lambda most, _form: OtherFunction(most),
}
"""By name, from the most points and the form. ``first`` of two peers is the one whose enrolment is the older."""
