"""What a report knows: facts that are about no person, and the figures that were let out. Plain values, whoever renders them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.reports.definitions import DEFINITIONS, Definition
from marketplace.reports.models import ReportFigure


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of the list. ``value`` None: withheld. Of a share ``value`` is from 0 to 1, and ``part`` of ``people`` did."""

    name: str
    side: str
    firm_id: int
    people: int | None
    value: float | None
    part: int | None = None

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.name]

    @property
    def withheld(self) -> bool:
        return self.value is None


@dataclass(frozen=True, slots=True)
class Told:
    """``facts`` are those of ``CohortReport``."""

    facts: Mapping[str, Any]
    figures: Mapping[tuple[str, str, int], ReportFigure]

    @classmethod
    def of(cls, facts: Mapping[str, Any], figures: Iterable[ReportFigure]) -> Told:
        return cls(facts, {(one.name, one.side, one.firm_id): one for one in figures})

    @property
    def sides(self) -> Sequence[str]:
        return list(self.facts["sides"])

    @property
    def firms(self) -> dict[int, str]:
        return {int(number): name for number, name in self.facts["firms"].items()}

    def figure(self, name: str, side: str = "", firm_id: int = 0) -> Shown:
        one = self.figures.get((name, side, firm_id))
        if one is None:
            return Shown(name, side, firm_id, None, None)
        kept, amount = DEFINITIONS[name], float(one.amount or 0)
        if kept.shape == "count":
            return Shown(name, side, firm_id, one.people, one.people)
        if kept.shape == "total":
            return Shown(name, side, firm_id, one.people, amount / kept.per)
        part = round(amount) if kept.shape == "share" else None
        return Shown(name, side, firm_id, one.people, amount / one.people, part)

    def everything(self) -> list[Shown]:
        """Every figure of the list, shown or withheld, in its order: of the whole cohort, then by firm."""
        found = []
        for name, kept in DEFINITIONS.items():
            whole = self.sides if kept.by_side else ("mentee",) if name == "matched" else ("",)
            if name == "matched" and not self.facts.get("match"):
                continue
            found += [self.figure(name, side) for side in whole]
            if kept.by_firm:
                # A pair has a firm on each side; what peers give and take are the same people.
                both = self.sides if kept.by_side or self.sides == ["peer"] else ("mentor", "mentee")
                found += [self.figure(name, side, firm_id) for firm_id in self.firms for side in both]
        return found
