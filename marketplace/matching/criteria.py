"""What a pair is worth: each criterion gives whole points, and a pair's score is their plain sum, so that what a criterion is
said to have brought is exactly what the score loses without it.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.facts import UNSAID, Facts, Points, clock_distance, counted, shared
from marketplace.matching.members import Member, Mentee, Mentor

FULL = 10_000
"""The most points a pair can have: those of all criteria together."""


class View(enum.StrEnum):
    """Whose wish a criterion speaks for."""

    mentee = "mentee"
    mentor = "mentor"
    both = "both"


@dataclass(frozen=True, slots=True)
class Share:
    """What one criterion gave one pair. ``because``: the words that counted, in order, where the criterion has words."""

    criterion: str
    view: View
    points: int
    most: int
    because: tuple[str, ...] = ()


class Criterion(Protocol):
    """``name`` is unique in a cohort; ``most`` points at best: the committee's weight."""

    @property
    def name(self) -> str: ...
    @property
    def view(self) -> View: ...
    @property
    def most(self) -> int: ...

    def points(self, mentee: Mentee, mentor: Mentor) -> int:
        """0 … ``most``."""
        ...

    def block(self, mentees: Facts, mentors: Facts) -> Points:
        """``points`` for each mentee (row) and mentor (column)."""
        ...

    def because(self, mentee: Mentee, mentor: Mentor) -> tuple[str, ...]:
        """The words that counted."""
        ...


@dataclass(frozen=True, slots=True)
class Goals:
    """The share of what one side seeks that the other offers, rounded down. ``view``: who seeks. ``called``: another name."""

    most: int
    view: View = View.mentee
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or ("goals" if self.view is View.mentee else "sought_by_mentor")

    def _sides(self, mentee: Mentee, mentor: Mentor) -> tuple[Member, Member]:
        return (mentee, mentor) if self.view is View.mentee else (mentor, mentee)

    def points(self, mentee: Mentee, mentor: Mentor) -> int:
        who, whom = self._sides(mentee, mentor)
        return self.most * len(who.seeks & whom.offers) // max(len(who.seeks), 1)

    def because(self, mentee: Mentee, mentor: Mentor) -> tuple[str, ...]:
        who, whom = self._sides(mentee, mentor)
        return tuple(sorted(who.seeks & whom.offers))

    def block(self, mentees: Facts, mentors: Facts) -> Points:
        if self.view is View.mentee:
            return self.most * shared(mentees.seeks, mentors.offers) // np.maximum(counted(mentees.seeks), 1)[:, None]
        return self.most * shared(mentees.offers, mentors.seeks) // np.maximum(counted(mentors.seeks), 1)[None, :]


@dataclass(frozen=True, slots=True)
class Wish:
    """One side's ranked wishes: all points for the first, evenly fewer for each after, none past ``depth``."""

    most: int
    view: View = View.mentee
    depth: int = 5
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or ("wish_of_mentee" if self.view is View.mentee else "wish_of_mentor")

    def _worth(self, wishes: tuple[int, ...], wanted: int) -> int:
        kept = wishes[: self.depth]
        return self.most * (self.depth - kept.index(wanted)) // self.depth if wanted in kept else 0

    def points(self, mentee: Mentee, mentor: Mentor) -> int:
        if self.view is View.mentee:
            return self._worth(mentee.wishes, mentor.id)
        return self._worth(mentor.wishes, mentee.id)

    def because(self, mentee: Mentee, mentor: Mentor) -> tuple[str, ...]:
        return ()

    def block(self, mentees: Facts, mentors: Facts) -> Points:
        if self.view is View.mentee:
            return self._given(mentees.members, mentors.ids)
        return np.ascontiguousarray(self._given(mentors.members, mentees.ids).T)

    def _given(self, members: Sequence[Member], ids: NDArray[np.int64]) -> Points:
        given = np.zeros((len(members), len(ids)), np.int32)
        place = {wanted: column for column, wanted in enumerate(ids.tolist())}
        for row, member in enumerate(members):
            for wanted in member.wishes[: self.depth]:
                if wanted in place:
                    given[row, place[wanted]] = self._worth(member.wishes, wanted)
        return given


@dataclass(frozen=True, slots=True)
class Languages:
    """Languages in common: half of the points for one, all for two or more."""

    most: int
    name: ClassVar[str] = "languages"
    view: ClassVar[View] = View.both

    def points(self, mentee: Mentee, mentor: Mentor) -> int:
        return self.most * min(len(mentee.languages & mentor.languages), 2) // 2

    def because(self, mentee: Mentee, mentor: Mentor) -> tuple[str, ...]:
        return tuple(sorted(mentee.languages & mentor.languages))

    def block(self, mentees: Facts, mentors: Facts) -> Points:
        return self.most * np.minimum(shared(mentees.languages, mentors.languages), 2) // 2


@dataclass(frozen=True, slots=True)
class NearClock:
    """All points where both clocks show the same, evenly fewer to none at ``none_at`` minutes apart."""

    most: int
    none_at: int = 480
    name: ClassVar[str] = "time_zone"
    view: ClassVar[View] = View.both

    def points(self, mentee: Mentee, mentor: Mentor) -> int:
        if mentee.offset is None or mentor.offset is None:
            return 0
        apart = abs(mentee.offset - mentor.offset) % 1440
        return self.most * max(self.none_at - min(apart, 1440 - apart), 0) // self.none_at

    def because(self, mentee: Mentee, mentor: Mentor) -> tuple[str, ...]:
        return ()

    def block(self, mentees: Facts, mentors: Facts) -> Points:
        apart = clock_distance(mentees.offset, mentors.offset)
        return np.where(apart < 0, 0, self.most * np.maximum(self.none_at - apart, 0) // self.none_at)


@dataclass(frozen=True, slots=True)
class Seniority:
    """All points where the mentor's step is ``ideal`` above the mentee's, evenly fewer to none ``none_at`` steps off it."""

    most: int
    ideal: int = 2
    none_at: int = 3
    name: ClassVar[str] = "seniority"
    view: ClassVar[View] = View.both

    def points(self, mentee: Mentee, mentor: Mentor) -> int:
        if mentee.seniority is None or mentor.seniority is None:
            return 0
        off = abs(mentor.seniority - mentee.seniority - self.ideal)
        return self.most * max(self.none_at - off, 0) // self.none_at

    def because(self, mentee: Mentee, mentor: Mentor) -> tuple[str, ...]:
        return ()

    def block(self, mentees: Facts, mentors: Facts) -> Points:
        off = np.abs(mentors.seniority[None, :] - mentees.seniority[:, None] - self.ideal)
        given = self.most * np.maximum(self.none_at - off, 0) // self.none_at
        given[mentees.seniority == UNSAID, :] = 0
        given[:, mentors.seniority == UNSAID] = 0
        return given


@dataclass(frozen=True, slots=True)
class OtherFunction:
    """The two work in different functions: a view from outside."""

    most: int
    name: ClassVar[str] = "other_function"
    view: ClassVar[View] = View.both

    def points(self, mentee: Mentee, mentor: Mentor) -> int:
        return self.most if mentee.function and mentor.function and mentee.function != mentor.function else 0

    def because(self, mentee: Mentee, mentor: Mentor) -> tuple[str, ...]:
        return ()

    def block(self, mentees: Facts, mentors: Facts) -> Points:
        said = (mentees.function != UNSAID)[:, None] & (mentors.function != UNSAID)[None, :]
        return np.where(said & (mentees.function[:, None] != mentors.function[None, :]), self.most, 0).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Points that the caller computed: one row for each of ``mentee_ids``, one column for each of ``mentor_ids``, both sorted."""

    name: str
    mentee_ids: NDArray[np.int64] = field(repr=False)
    mentor_ids: NDArray[np.int64] = field(repr=False)
    table: NDArray[np.uint16] = field(repr=False)
    view: View = View.both
    most: int = FULL

    def __post_init__(self) -> None:
        if self.table.shape != (len(self.mentee_ids), len(self.mentor_ids)):
            raise ValueError(f"{self.name}: the table has another shape than its ids")
        if self.table.size and int(self.table.max()) > self.most:
            raise ValueError(f"{self.name}: more than {self.most} points")

    def points(self, mentee: Mentee, mentor: Mentor) -> int:
        row, column = np.searchsorted(self.mentee_ids, mentee.id), np.searchsorted(self.mentor_ids, mentor.id)
        return int(self.table[row, column])

    def because(self, mentee: Mentee, mentor: Mentor) -> tuple[str, ...]:
        return ()

    def block(self, mentees: Facts, mentors: Facts) -> Points:
        rows, columns = np.searchsorted(self.mentee_ids, mentees.ids), np.searchsorted(self.mentor_ids, mentors.ids)
        return self.table[rows[:, None], columns[None, :]].astype(np.int32)
