"""A problem as arrays, once its pins are made: what is left to decide, for those who solve it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.criteria import FULL
from marketplace.matching.members import Firm
from marketplace.matching.model import BLOCK, Grid, Problem, Weights

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """Rows are mentees, columns mentors. ``open_rows``, ``open_columns``: who can still get or give anything at all.

    ``swing``: least and most that each firm may give beyond what it receives; None where that does not matter.
    ``dues``: pairs (as row * columns + column, sorted) that pay for a limit, and what they pay.
    """

    problem: Problem
    weights: Weights
    row_firm: Ints
    column_firm: Ints
    open_rows: NDArray[np.bool_]
    open_columns: NDArray[np.bool_]
    capacity: Ints
    least: Ints
    gives: Ints
    gives_least: Ints
    receives: Ints
    receives_least: Ints
    free: Ints
    swing: tuple[Ints, Ints] | None
    kept: Ints
    dues: tuple[Ints, Ints] | None = None

    @classmethod
    def of(cls, problem: Problem) -> Task:
        cohort = problem.cohort
        mentees, mentors = cohort.facts
        firm_ids = np.array(cohort.firm_ids, np.int64)
        row_firm, column_firm = np.searchsorted(firm_ids, mentees.firm), np.searchsorted(firm_ids, mentors.firm)
        pinned_rows = np.array(sorted(cohort.row[mentee] for mentee, _mentor in problem.pins), np.int64)
        pinned = np.zeros(len(cohort.mentors), np.int64)
        for mentor, places in problem.pinned_places.items():
            pinned[cohort.column[mentor]] = places
        unpinned = np.ones(len(cohort.mentees), np.bool_)
        unpinned[pinned_rows] = False
        many = len(cohort.firm_ids)
        given = np.bincount(column_firm, pinned, many).astype(np.int64) if len(pinned) else np.zeros(many, np.int64)
        received = np.bincount(row_firm[pinned_rows], minlength=many)
        firms = [problem.firm(firm) for firm in cohort.firm_ids]
        capacity = cohort.capacities - pinned
        least = np.array([one.least for one in cohort.mentors] if cohort.floored else np.zeros(len(pinned)), np.int64)
        offered = np.zeros(many, np.int64)
        np.add.at(offered, column_firm, capacity)
        free = np.bincount(row_firm[unpinned], minlength=many)
        gives, gives_least = _quota(offered, given, [one.gives for one in firms], [one.gives_least for one in firms])
        receives, receives_least = _quota(
            free, received, [one.receives for one in firms], [one.receives_least for one in firms]
        )
        swing = None
        if problem.balance is not None:
            swing = (-problem.balance - (given - received), problem.balance - (given - received))
        return cls(
            problem,
            problem.weights,
            row_firm,
            column_firm,
            unpinned & (receives[row_firm] > 0),
            (capacity > 0) & (gives[column_firm] > 0),
            capacity,
            np.maximum(least - pinned, 0),
            gives,
            gives_least,
            receives,
            receives_least,
            free,
            swing,
            np.array(sorted((cohort.row[a], cohort.column[b]) for a, b in problem.kept), np.int64).reshape(-1, 2),
        )

    @property
    def layered(self) -> bool:
        """Whether firms have a say at all."""
        return self.swing is not None or any(map(_says_something, self.problem.firms))

    @property
    def strained(self) -> bool:
        """Whether pins alone break the balance, so that it takes other pairs to mend it."""
        return self.swing is not None and bool(((self.swing[0] > 0) | (self.swing[1] < 0)).any())

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.row_firm), len(self.column_firm)

    def weighing(self, weights: Weights) -> Task:
        """The same, worth something else."""
        return replace(self, weights=weights)

    def blocks(self) -> Iterator[tuple[int, Grid]]:
        """The grid by blocks of rows, each with its first row's number. Closed rows and columns are not left out."""
        many, wide = self.shape
        step = max(BLOCK // max(wide, 1), 1)
        touched = {self.problem.cohort.row[mentee] for mentee, _mentor in self.problem.forbids}
        for start in range(0, many, step):
            stop = min(start + step, many)
            plain = self.problem.minimum <= 0 and not any(start <= row < stop for row in touched)
            yield start, self.problem.cohort.grid[start:stop] if plain else self.problem.block(start, stop)

    def values(self, rows: Ints, columns: Ints) -> Ints:
        """What these allowed pairs are worth, less what they pay for limits."""
        keys = rows * self.shape[1] + columns
        score = self.problem.cohort.grid.reshape(-1).take(keys).astype(np.int64) - 1
        value = self.weights.head + self.weights.score * score
        if self.weights.keep:
            value += self.weights.keep * np.isin(keys, self.kept[:, 0] * self.shape[1] + self.kept[:, 1])
        if self.dues is not None and len(self.dues[0]):
            place = np.minimum(np.searchsorted(self.dues[0], keys), len(self.dues[0]) - 1)
            value -= np.where(self.dues[0][place] == keys, self.dues[1][place], 0)
        return value

    @property
    def top(self) -> int:
        """No pair is worth more."""
        return self.weights.head + self.weights.score * FULL + self.weights.keep


def _quota(possible: Ints, used: Ints, most: Sequence[int | None], least: Sequence[int]) -> tuple[Ints, Ints]:
    """What is left of a cap, never more than is possible, and what is left of a floor."""
    caps = np.array([np.iinfo(np.int32).max if cap is None else cap for cap in most], np.int64)
    return np.clip(caps - used, 0, possible), np.maximum(np.array(least, np.int64) - used, 0)


def _says_something(firm: Firm) -> bool:
    return firm.gives is not None or firm.receives is not None or firm.gives_least > 0 or firm.receives_least > 0
