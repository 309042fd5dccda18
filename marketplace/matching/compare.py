"""A previous proposal and a new one side by side, both by the points that count now: what changed, and for whom it is better."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.matching.members import Member
from marketplace.matching.model import Cohort
from marketplace.matching.outcome import Pair


class Fate(enum.StrEnum):
    """What became of a member. Better and worse go by the points of all their pairs together."""

    same = "same"
    better = "better"
    worse = "worse"
    equal = "equal"
    """Other pairs, as many points."""
    gained = "gained"
    """Had nobody, has somebody."""
    lost = "lost"
    """Had somebody, has nobody."""
    without = "without"
    """Had nobody and has nobody."""


@dataclass(frozen=True, slots=True)
class Change:
    """One member (of which side, the list says). ``before`` and ``after``: ids of the other side, sorted."""

    member: int
    fate: Fate
    before: tuple[int, ...]
    after: tuple[int, ...]
    points_before: int
    points_after: int

    @property
    def points(self) -> int:
        """How many more."""
        return self.points_after - self.points_before


@dataclass(frozen=True, slots=True)
class Comparison:
    """``lost`` pairs are of people who are still here; ``gone`` ones are not, and have no score any more.

    ``moved`` mentees had one mentor and have another. The members are sorted by id, everybody in the cohort once on each side;
    peers are once among the ``mentees``.
    """

    kept: tuple[Pair, ...]
    new: tuple[Pair, ...]
    lost: tuple[Pair, ...]
    gone: tuple[tuple[int, int], ...]
    mentees: tuple[Change, ...]
    mentors: tuple[Change, ...]

    @property
    def moved(self) -> tuple[Change, ...]:
        return tuple(one for one in self.mentees if one.before and one.after and one.before != one.after)

    @property
    def heads(self) -> int:
        """How many more pairs; those that are gone counted as had."""
        return len(self.new) - len(self.lost) - len(self.gone)

    @property
    def points(self) -> int:
        """How many more, of those who are still here."""
        return sum(pair.score for pair in self.new) - sum(pair.score for pair in self.lost)


def compare(cohort: Cohort, before: Iterable[tuple[int, int]], after: Iterable[Pair]) -> Comparison:
    """``before``: (mentee's id, mentor's id), as a version of the proposal kept them. Scores are the cohort's on both sides."""
    had, has = frozenset(before), {(pair.mentee, pair.mentor): pair for pair in after}
    here = {pair for pair in had if pair[0] in cohort.row and pair[1] in cohort.column}
    scored = {(i, j): Pair(i, j, cohort.score(i, j)) for i, j in here} | has
    then, now = {pair: scored[pair] for pair in here}, has
    mentees, mentors = cohort.mentees, cohort.mentors
    if cohort.peers:
        of_mentees = _changes(mentees, _rows(then) + _columns(then), _rows(now) + _columns(now))
    else:
        of_mentees = _changes(mentees, _rows(then), _rows(now))
    of_mentors = () if cohort.peers else _changes(mentors, _columns(then), _columns(now))
    return Comparison(
        tuple(scored[pair] for pair in sorted(here & has.keys())),
        tuple(scored[pair] for pair in sorted(has.keys() - here)),
        tuple(scored[pair] for pair in sorted(here - has.keys())),
        tuple(sorted(had - here)),
        of_mentees,
        of_mentors,
    )


def _rows(pairs: dict[tuple[int, int], Pair]) -> list[tuple[int, int, int]]:
    return [(i, j, pair.score) for (i, j), pair in pairs.items()]


def _columns(pairs: dict[tuple[int, int], Pair]) -> list[tuple[int, int, int]]:
    return [(j, i, pair.score) for (i, j), pair in pairs.items()]


def _changes(
    members: Iterable[Member], before: list[tuple[int, int, int]], after: list[tuple[int, int, int]]
) -> tuple[Change, ...]:
    then, now = _by_member(before), _by_member(after)
    return tuple(_change(one.id, then[one.id], now[one.id]) for one in members)


def _by_member(pairs: list[tuple[int, int, int]]) -> defaultdict[int, dict[int, int]]:
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for member, other, score in pairs:
        found[member][other] = score
    return found


def _change(member: int, before: dict[int, int], after: dict[int, int]) -> Change:
    then, now = sum(before.values()), sum(after.values())
    return Change(member, _fate(before, after), tuple(sorted(before)), tuple(sorted(after)), then, now)


def _fate(before: dict[int, int], after: dict[int, int]) -> Fate:
    if before.keys() == after.keys():
        return Fate.same if before else Fate.without
    if not before:
        return Fate.gained
    if not after:
        return Fate.lost
    more = sum(after.values()) - sum(before.values())
    return Fate.better if more > 0 else Fate.worse if more < 0 else Fate.equal
