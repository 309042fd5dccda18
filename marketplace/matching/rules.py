"""What forbids a pair, each rule by name: for one pair in plain words of code, for a block of pairs at once, the same answer.

A rule that somebody's silence would make decide does not decide: who did not say is not kept out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.facts import UNSAID, Facts, Mask, clock_distance, counted, shared
from marketplace.matching.members import Member, Mentee, Mentor


class Rule(Protocol):
    """``name`` is unique in a cohort, and what reports cite."""

    @property
    def name(self) -> str: ...

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        """Whether the two must not be a pair."""
        ...

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        """``forbids`` for each mentee (row) and mentor (column)."""
        ...


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Nobody is their own mentor."""

    name: ClassVar[str] = "same_person"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return mentee.person == mentor.person

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        return mentees.person[:, None] == mentors.person[None, :]


@dataclass(frozen=True, slots=True)
class OwnFirm:
    """Both of one firm."""

    name: ClassVar[str] = "own_firm"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return mentee.firm == mentor.firm

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        return mentees.firm[:, None] == mentors.firm[None, :]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict of interest between two firms; the order of the two does not matter."""

    firms: frozenset[tuple[int, int]]
    name: ClassVar[str] = "conflict"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return (mentee.firm, mentor.firm) in self.firms or (mentor.firm, mentee.firm) in self.firms

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        return _between(self.firms, mentees.firm, mentors.firm)


@dataclass(frozen=True, slots=True)
class Apart:
    """Two people, by name of the rule: one reports to the other, one has blocked the other. Their order does not matter."""

    name: str
    people: frozenset[tuple[int, int]]

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return (mentee.person, mentor.person) in self.people or (mentor.person, mentee.person) in self.people

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        return _between(self.people, mentees.person, mentors.person)


def hierarchy(people: Iterable[tuple[int, int]]) -> Apart:
    """One of the two reports to the other, at any distance that the caller lists."""
    return Apart("hierarchy", frozenset(people))


def blocks(people: Iterable[tuple[int, int]]) -> Apart:
    """One of the two has blocked the other."""
    return Apart("block", frozenset(people))


@dataclass(frozen=True, slots=True)
class LanguageInCommon:
    """Nothing to speak in."""

    name: ClassVar[str] = "language"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return bool(mentee.languages and mentor.languages) and not mentee.languages & mentor.languages

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        said = (counted(mentees.languages) > 0)[:, None] & (counted(mentors.languages) > 0)[None, :]
        found: Mask = said & (shared(mentees.languages, mentors.languages) == 0)
        return found


@dataclass(frozen=True, slots=True)
class SeniorityGap:
    """Mentor's step less mentee's is outside ``least`` … ``most``. In the reverse form both are negative."""

    least: int
    most: int
    name: ClassVar[str] = "seniority"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        if mentee.seniority is None or mentor.seniority is None:
            return False
        return not self.least <= mentor.seniority - mentee.seniority <= self.most

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        gap = mentors.seniority[None, :] - mentees.seniority[:, None]
        found: Mask = _said(mentees.seniority, mentors.seniority) & ((gap < self.least) | (gap > self.most))
        return found


@dataclass(frozen=True, slots=True)
class SchoolToFirm:
    """The direction of the external form: a mentee of a school, a mentor who is not."""

    name: ClassVar[str] = "direction"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return not mentee.of_school or mentor.of_school

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        return ~mentees.of_school[:, None] | mentors.of_school[None, :]


@dataclass(frozen=True, slots=True)
class OptOut:
    """One of the two avoids the other's firm."""

    name: ClassVar[str] = "opt_out"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return mentor.firm in mentee.avoids or mentee.firm in mentor.avoids

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        return _avoided(mentees.members, mentors.firm) | _avoided(mentors.members, mentees.firm).T


@dataclass(frozen=True, slots=True)
class ClockDistance:
    """More than ``most`` minutes between what their clocks show."""

    most: int
    name: ClassVar[str] = "time_zone"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        if mentee.offset is None or mentor.offset is None:
            return False
        apart = abs(mentee.offset - mentor.offset) % 1440
        return min(apart, 1440 - apart) > self.most

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        return clock_distance(mentees.offset, mentors.offset) > self.most


@dataclass(frozen=True, slots=True)
class Sameness:
    """Gender or function has to be the same, or has to differ: only where that is lawful, and chosen."""

    of: Literal["gender", "function"]
    wanted: Literal["same", "different"]

    @property
    def name(self) -> str:
        return f"{self.wanted}_{self.of}"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        one: str = getattr(mentee, self.of)
        other: str = getattr(mentor, self.of)
        return bool(one and other) and (one == other) != (self.wanted == "same")

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        one: NDArray[np.int32] = getattr(mentees, self.of)
        other: NDArray[np.int32] = getattr(mentors, self.of)
        found: Mask = _said(one, other) & ((one[:, None] == other[None, :]) != (self.wanted == "same"))
        return found


@dataclass(frozen=True, slots=True)
class Listed:
    """Pairs (mentee's id, mentor's id) that the caller knows to be impossible, under a name of its own."""

    name: str
    pairs: frozenset[tuple[int, int]] = field(repr=False)

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return (mentee.id, mentor.id) in self.pairs

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        return _listed(self.pairs, mentees.ids, mentors.ids)


def _said(one: NDArray[np.int32], other: NDArray[np.int32]) -> Mask:
    return (one != UNSAID)[:, None] & (other != UNSAID)[None, :]


def _between(pairs: frozenset[tuple[int, int]], rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Mask:
    both = frozenset((b, a) for a, b in pairs) | pairs
    return _listed(both, rows, columns)


def _listed(pairs: Iterable[tuple[int, int]], rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Mask:
    found = np.zeros((len(rows), len(columns)), np.bool_)
    partners: dict[int, list[int]] = {}
    for row, column in pairs:
        partners.setdefault(row, []).append(column)
    if len(set(rows.tolist())) < len(rows):  # firms: one answer for all rows of a firm
        for value in np.unique(rows).tolist():
            if value in partners:
                found[rows == value] = np.isin(columns, partners[value])
        return found
    for row, value in enumerate(rows.tolist()):
        if value in partners:
            found[row] = np.isin(columns, partners[value])
    return found


def _avoided(members: tuple[Member, ...], firms: NDArray[np.int64]) -> Mask:
    found = np.zeros((len(members), len(firms)), np.bool_)
    for row, member in enumerate(members):
        if member.avoids:
            found[row] = np.isin(firms, list(member.avoids))
    return found
