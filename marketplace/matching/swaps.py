"""Two change places: what comes of it at once, and what the best match around it is worth."""

from __future__ import annotations

from dataclasses import dataclass, replace

from marketplace.matching.faults import Contradiction
from marketplace.matching.model import FORBIDDEN, MINIMUM, Problem
from marketplace.matching.outcome import Pair
from marketplace.matching.solver import solve

Place = tuple[int | None, int | None]
"""(mentee's id, mentor's id) of a pair; of somebody without one, None on the other side."""

WAIVED = frozenset({FORBIDDEN, MINIMUM})
"""What a committee sets, and may set aside."""


@dataclass(frozen=True, slots=True)
class Made:
    """A pair that a swap makes. ``obstacles``: names of all that stands between the two, as ``Problem.obstacles`` has them."""

    mentee: int
    mentor: int
    score: int
    obstacles: tuple[str, ...]

    @property
    def is_allowed(self) -> bool:
        return not set(self.obstacles) - WAIVED


@dataclass(frozen=True, slots=True)
class Swap:
    """``made`` and ``parted`` pairs; ``pairs`` and ``points``: how many more that is (below 0: fewer), all others staying."""

    made: tuple[Made, ...]
    parted: tuple[Pair, ...]

    @property
    def pairs(self) -> int:
        return len(self.made) - len(self.parted)

    @property
    def points(self) -> int:
        return sum(one.score for one in self.made) - sum(one.score for one in self.parted)

    @property
    def is_allowed(self) -> bool:
        return all(one.is_allowed for one in self.made)


def swap(problem: Problem, first: Place, second: Place) -> Swap:
    """The mentee of each with the mentor of the other. Raises ``ValueError`` where that changes nothing, or nobody is known."""
    cohort = problem.cohort
    if not all(
        (mentee is None or mentee in cohort.row) and (mentor is None or mentor in cohort.column)
        for mentee, mentor in (first, second)
    ):
        raise ValueError("nobody of that id")
    crossed = ((first[0], second[1]), (second[0], first[1]))
    made = [cohort.pair(a, b) for a, b in crossed if a is not None and b is not None]
    parted = [cohort.pair(a, b) for a, b in (first, second) if a is not None and b is not None]
    if not made or set(made) & set(parted):
        raise ValueError("the two have nothing to swap")
    return Swap(
        tuple(Made(a, b, cohort.score(a, b), problem.obstacles(a, b)) for a, b in made),
        tuple(Pair(a, b, cohort.score(a, b)) for a, b in parted),
    )


def around(problem: Problem, change: Swap) -> tuple[int, int] | None:
    """(pairs, points) of the best match with the swap in it, everybody else moving as they please; None where there is none."""
    made = frozenset((one.mentee, one.mentor) for one in change.made)
    parted = frozenset((one.mentee, one.mentor) for one in change.parted)
    moved = {one for pair in made | parted for one in problem.cohort.once(pair)}
    pins = frozenset(pin for pin in problem.pins if moved.isdisjoint(problem.cohort.once(pin))) | made
    forbids = (problem.forbids - made) | parted
    try:
        found = solve(replace(problem, pins=pins, forbids=forbids))
    except Contradiction:
        return None
    return found.heads, found.score
