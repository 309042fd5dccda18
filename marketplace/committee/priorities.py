"""What a committee asks of a match: what counts how much, what comes first, what must hold. One checked value, kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
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

MOST_WEIGHT = 10

IDEAL_STEPS = {"reverse": -2, "peer": 0}
"""How many steps of seniority the mentor is ideally ahead, by form; two, unless named here."""


class Priorities(BaseModel):
    """Each weight is 0 (does not count) to 10; what counts shares the 10 000 points of a pair in proportion.

    ``first``: as many pairs as possible, or the best pairs. ``balance``: by how much what a firm gives and receives may differ.
    ``minimum``: no pair below so many points of 10 000. ``stay_close``: of equal matches, the one nearest to the version before.
    ``weakest_first``: lift the weakest pair as far as it goes before anything else.
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
    minimum: int = Field(0, ge=0, le=FULL)
    stay_close: bool = True
    weakest_first: bool = False

    @property
    def weights(self) -> Mapping[str, int]:
        return {name: getattr(self, name) for name in CRITERIA}

    def criteria(self, form: str) -> tuple[Criterion, ...]:
        """Those that count, their points in proportion; together ``FULL`` at most."""
        together = sum(self.weights.values())
        most = {name: FULL * weight // together for name, weight in self.weights.items() if weight} if together else {}
        made: dict[str, Criterion] = {
            "goals": Goals(most.get("goals", 0)),
            "sought_by_mentor": Goals(most.get("sought_by_mentor", 0), View.mentor),
            "wish_of_mentee": Wish(most.get("wish_of_mentee", 0)),
            "wish_of_mentor": Wish(most.get("wish_of_mentor", 0), View.mentor),
            "languages": Languages(most.get("languages", 0)),
            "time_zone": NearClock(most.get("time_zone", 0)),
            "seniority": Seniority(most.get("seniority", 0), ideal=IDEAL_STEPS.get(form, 2)),
            "other_function": OtherFunction(most.get("other_function", 0)),
        }
        return tuple(made[name] for name in CRITERIA if name in most)


CRITERIA = (
    "goals",
    "sought_by_mentor",
    "wish_of_mentee",
    "wish_of_mentor",
    "languages",
    "time_zone",
    "seniority",
    "other_function",
)
