"""Problems that others wrote and solved: files of J. E. Beasley's OR-Library, read as cohorts, and their known best.

Source of the formats and the optima: OR-Library, "Assignment problem" and "Generalised assignment problem" (Journal of the
Operational Research Society 41 (1990) 1069–1072).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.checker import check
from marketplace.matching.criteria import FULL, Table
from marketplace.matching.facts import Facts, Mask
from marketplace.matching.members import Mentee, Mentor
from marketplace.matching.model import Cohort, Limit, Problem
from marketplace.matching.outcome import Result
from marketplace.matching.solver import solve

PUBLISHED: dict[str, tuple[int, ...]] = {
    "assign100": (305,),
    "assign200": (475,),
    "assign300": (626,),
    "assign400": (804,),
    "assign500": (991,),
    "assign600": (1176,),
    "assign700": (1362,),
    "assign800": (1552,),
    "assignp800": (2239,),
    "assignp1500": (5839,),
    "assignp3000": (18696,),
    "assignp5000": (48533,),
    "gap1": (336, 327, 339, 341, 326),
    "gap2": (434, 436, 420, 419, 428),
    "gap3": (580, 564, 573, 570, 564),
    "gap4": (656, 644, 673, 647, 664),
    "gap5": (563, 558, 564, 568, 559),
    "gap6": (761, 759, 758, 752, 747),
    "gap7": (942, 949, 968, 945, 951),
    "gap8": (1133, 1134, 1141, 1117, 1127),
    "gap9": (709, 717, 712, 723, 706),
    "gap10": (958, 963, 960, 947, 947),
    "gap11": (1139, 1178, 1195, 1171, 1171),
    "gap12": (1451, 1449, 1433, 1447, 1446),
}
"""By the file's name without its ending."""


LEAST = frozenset({"gapa", "gapb", "gapc", "gapd"})
"""Generalised files in which the figures are costs."""


class NotAnInstance(Exception):
    """The text is in neither of the two formats; its message says what is wrong."""


@dataclass(frozen=True)
class Instance:
    """``least`` is set where the published figure is a cost, lowest best; all rows must be assigned in either kind."""

    problem: Problem
    least: bool

    def figure(self, result: Result) -> int:
        """The answer's in the file's own units."""
        if self.least:
            return FULL * result.heads - result.score
        return result.score


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a file's problem came to. ``proven``: by prices alone, as the checker found; ``published``: None if nobody told."""

    rows: int
    columns: int
    figure: int
    published: int | None
    assigned: int
    gap: int
    optimal: bool
    proven: bool
    complaints: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Sound, best as far as can be known, all assigned, and the figure that was published."""
        known = self.published is None or self.figure == self.published
        return known and self.optimal and not self.complaints and self.assigned == self.rows


@dataclass(frozen=True, slots=True, eq=False)
class NoArc:
    """Pairs that a sparse file does not list. Ids are row and column numbers from 0."""

    absent: Mask = field(repr=False)
    name: str = "no_arc"

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return bool(self.absent[mentee.id, mentor.id])

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        return self.absent[mentees.ids[:, None], mentors.ids[None, :]]


def read(text: str, *, least: bool = False) -> list[Instance]:
    """The problems of a file: one assignment problem, or several generalised ones, in these at ``least`` cost if that is asked.

    Raises ``NotAnInstance``.
    """
    words = text.split()
    if not words or not all(re.fullmatch(r"-?\d+", word) for word in words):
        raise NotAnInstance("A file holds whole numbers only.")
    numbers = np.array(words, np.int64)
    size = int(numbers[0])
    if size > 0 and len(numbers) == 1 + size * size:
        return [_assignment(numbers[1:].reshape(size, size), None)]
    if size > 0 and len(numbers) > 1 and (len(numbers) - 1) % 3 == 0:
        arcs = numbers[1:].reshape(-1, 3)
        ends = arcs[:, :2] - 1
        if ends.min() >= 0 and ends.max() < size:
            costs, absent = np.zeros((size, size), np.int64), np.ones((size, size), np.bool_)
            costs[ends[:, 0], ends[:, 1]] = arcs[:, 2]
            absent[ends[:, 0], ends[:, 1]] = False
            return [_assignment(costs, absent)]
    return list(_generalised(numbers, least))


def outcomes(name: str, instances: Sequence[Instance], published: Sequence[int] | None = None) -> Iterator[Outcome]:
    """Solve and check each. ``published`` takes the place of what is known by the file's ``name``."""
    known = published or PUBLISHED.get(name, ())
    for place, instance in enumerate(instances):
        result = solve(instance.problem)
        finding = check(instance.problem, result)
        yield Outcome(
            len(instance.problem.cohort.mentees),
            len(instance.problem.cohort.mentors),
            instance.figure(result),
            known[place] if place < len(known) else None,
            result.heads,
            result.gap,
            result.optimal,
            finding.proven,
            tuple(finding.complaints),
        )


def _assignment(costs: NDArray[np.int64], absent: Mask | None) -> Instance:
    if costs.min() < 0 or costs.max() > FULL:
        raise NotAnInstance(f"Costs are from 0 to {FULL}.")
    size = len(costs)
    rules = () if absent is None else (NoArc(absent),)
    return Instance(Problem(_cohort(FULL - costs, [1] * size, rules)), least=True)


def _generalised(numbers: NDArray[np.int64], least: bool) -> Iterator[Instance]:
    """How many problems; then of each: agents, jobs, what each agent earns (costs) by each job, uses, and has."""
    rest, many = numbers[1:], int(numbers[0])
    for _problem in range(many):
        agents, jobs = (int(rest[0]), int(rest[1])) if len(rest) >= 2 else (0, 0)
        long = 2 + 2 * agents * jobs + agents
        if agents <= 0 or jobs <= 0 or len(rest) < long:
            raise NotAnInstance("This is neither a dense nor a sparse assignment problem, nor a generalised one.")
        earned = rest[2 : 2 + agents * jobs].reshape(agents, jobs)
        used = rest[2 + agents * jobs : 2 + 2 * agents * jobs].reshape(agents, jobs)
        has = rest[long - agents : long].tolist()
        if earned.min() < 0 or earned.max() > FULL or used.min() < 0:
            raise NotAnInstance(f"What is earned is from 0 to {FULL}, and what is used from 0.")
        limits = tuple(
            Limit(f"agent {agent}", has[agent], {(job, agent): int(used[agent, job]) for job in range(jobs)})
            for agent in range(agents)
        )
        scores = FULL - earned.T if least else earned.T
        yield Instance(Problem(_cohort(scores, [jobs] * agents, ()), limits=limits), least=least)
        rest = rest[long:]
    if len(rest):
        raise NotAnInstance("There are more numbers in the file than its problems take.")


def _cohort(scores: NDArray[np.int64], capacities: Sequence[int], rules: tuple[NoArc, ...]) -> Cohort:
    rows, columns = scores.shape
    table = Table("table", np.arange(rows), np.arange(columns), scores.astype(np.uint16))
    return Cohort(
        tuple(Mentee(id=row, person=row, firm=1) for row in range(rows)),
        tuple(Mentor(id=column, person=-1 - column, firm=2, capacity=capacities[column]) for column in range(columns)),
        rules,
        (table,),
    )
