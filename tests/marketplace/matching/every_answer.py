"""Small problems by number, and every answer they have: the slow truth that the engine's explanations are held against."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import numpy as np

from marketplace.matching.criteria import Table, View
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.model import Cohort, Mode, Problem
from marketplace.matching.rules import Listed, OwnFirm

Pairs = frozenset[tuple[int, int]]
Worth = tuple[int, int, int, int]
"""Places of floors, pairs, points, pairs proposed before."""


def small_problem(seed: int, *, plain: bool = False) -> Problem:
    """Three firms, up to five mentees and four mentors; ``plain``: pairs and points alone."""
    rng = random.Random(seed)
    mentee_ids, mentor_ids = range(10, 10 + rng.randint(2, 5)), range(20, 20 + rng.randint(1, 4))
    every = [(i, j) for i in mentee_ids for j in mentor_ids]
    mentees = tuple(Mentee(id=i, person=i, firm=rng.randint(1, 3)) for i in mentee_ids)
    mentors = []
    for j in mentor_ids:
        capacity = rng.choice([0, 1, 1, 1, 2])
        least = rng.randint(0, capacity) if not plain and rng.random() < 0.2 else 0
        mentors.append(Mentor(id=j, person=j, firm=rng.randint(1, 3), capacity=capacity, least=least))
    rules = (OwnFirm(), Listed("block", frozenset(pair for pair in every if rng.random() < 0.3)))
    criteria = (_table("fit", 6000, rng, mentee_ids, mentor_ids), _table("wish", 40, rng, mentee_ids, mentor_ids))
    cohort = Cohort(mentees, tuple(mentors), rules, criteria)
    if plain:
        return Problem(cohort)
    firms = tuple(_firm(rng, one) for one in (1, 2, 3) if rng.random() < 0.4)
    return Problem(
        cohort,
        firms,
        balance=rng.choice([None, None, 0, 1, 1, 2]),
        mode=rng.choice([Mode.headcount_first, Mode.headcount_first, Mode.score_first]),
        minimum=rng.choice([0, 0, 900]),
        forbids=frozenset(pair for pair in every if rng.random() < 0.05),
        previous=frozenset(pair for pair in every if rng.random() < 0.3) if rng.random() < 0.3 else frozenset(),
    )


def _firm(rng: random.Random, number: int) -> Firm:
    gives, receives = rng.choice([None, 0, 1, 2]), rng.choice([None, 0, 1, 2])
    return Firm(
        id=number,
        gives=gives,
        receives=receives,
        gives_least=rng.choice([0, 0, 0, 1]) if gives != 0 else 0,
        receives_least=rng.choice([0, 0, 0, 1]) if receives != 0 else 0,
    )


def _table(name: str, most: int, rng: random.Random, mentee_ids: range, mentor_ids: range) -> Table:
    # Few different figures, so that equal answers occur.
    table = [[rng.choice([0, 1, 2, 3, 4]) * most // 4 for _ in mentor_ids] for _ in mentee_ids]
    view = View.mentee if name == "wish" else View.both
    return Table(name, np.array(mentee_ids), np.array(mentor_ids), np.array(table, np.uint16), view, most)


class EveryAnswer:
    """All answers that keep to capacities, quotas and balance, over ``allowed`` pairs and any in ``also``."""

    def __init__(self, problem: Problem, also: Pairs = frozenset()) -> None:
        self.problem, cohort = problem, problem.cohort
        self.allowed = {
            (one.id, other.id)
            for one in cohort.mentees
            for other in cohort.mentors
            if not problem.obstacles(one.id, other.id)
        }
        choices = [
            [None, *(other.id for other in cohort.mentors if (one.id, other.id) in self.allowed | also)]
            for one in cohort.mentees
        ]
        self._score = {pair: cohort.score(*pair) for pair in self.allowed | also}
        self._firm_of_mentee = {one.id: one.firm for one in cohort.mentees}
        self._firm_of_mentor = {one.id: one.firm for one in cohort.mentors}
        found = [frozenset(pairs) for pairs in self._answers(choices, 0, Counter()) if problem.pins <= set(pairs)]
        self.answers: dict[Pairs, Worth] = {pairs: self._worth(pairs) for pairs in found if self._keeps_to(pairs)}

    def _answers(self, choices: list, row: int, taken: Counter) -> Iterator[tuple]:
        if row == len(choices):
            yield ()
            return
        mentee = self.problem.cohort.mentees[row].id
        for mentor in choices[row]:
            if mentor is not None and taken[mentor] >= self.problem.cohort.mentor(mentor).capacity:
                continue
            taken[mentor] += 1
            for rest in self._answers(choices, row + 1, taken):
                yield ((mentee, mentor), *rest) if mentor is not None else rest
            taken[mentor] -= 1

    def _used(self, pairs: Pairs) -> tuple[Counter, Counter]:
        return Counter(self._firm_of_mentor[j] for _i, j in pairs), Counter(self._firm_of_mentee[i] for i, _j in pairs)

    def _keeps_to(self, pairs: Pairs) -> bool:
        gives, receives = self._used(pairs)
        for one in self.problem.cohort.firm_ids:
            quota = self.problem.firm(one)
            if quota.gives is not None and gives[one] > quota.gives:
                return False
            if quota.receives is not None and receives[one] > quota.receives:
                return False
            if self.problem.balance is not None and abs(gives[one] - receives[one]) > self.problem.balance:
                return False
        return True

    def _worth(self, pairs: Pairs) -> Worth:
        gives, receives = self._used(pairs)
        held = Counter(j for _i, j in pairs)
        met = sum(min(held[one.id], one.least) for one in self.problem.cohort.mentors)
        for one in self.problem.cohort.firm_ids:
            quota = self.problem.firm(one)
            met += min(gives[one], quota.gives_least) + min(receives[one], quota.receives_least)
        points = sum(self._score[pair] for pair in pairs)
        return met, len(pairs), points, len(pairs & self.problem.previous)

    def rank(self, worth: Worth) -> Worth:
        """What comes first stands first."""
        met, heads, points, kept = worth
        return (met, heads, points, kept) if self.problem.mode is Mode.headcount_first else (met, points, heads, kept)

    def best(self, keep=lambda pairs: True) -> Worth | None:
        return max((worth for pairs, worth in self.answers.items() if keep(pairs)), key=self.rank, default=None)
