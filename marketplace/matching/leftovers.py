"""Why a mentee is left: exactly one reason, and each can be checked by hand.

* **blocked**: no mentor with a place may be theirs; which rule removed how many, and which rule alone stands before whom.
* **crowded out**: mentees who reach fewer places than they are, quotas counted (P. Hall, *On representatives of subsets*, 1935):
  in no answer do they all have somebody. The set is what alternating paths reach from the mentee.
* **priced out**: there is a place, but an answer with the mentee is worth less; by how much, exactly.

Which of the crowded are left is a matter of worth, so they are told the cost of coming in as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketplace.matching.changes import Changes, Cost
from marketplace.matching.crowding import Crowd
from marketplace.matching.model import FORBIDDEN, MINIMUM, Problem

NO_PLACE = "no_place"
"""What keeps somebody from a mentor who has no place, or none that is not pinned."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A rule (or ``forbidden``, ``minimum``, ``no_place``) and how many mentors it removes, whatever else removes them too.

    ``would_admit``: ids of the mentors whom nothing but it removes.
    """

    rule: str
    mentors: int
    would_admit: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """``of`` mentors none is left. Rules in the cohort's order; those that remove nobody are not here."""

    mentee: int
    of: int
    removed: tuple[Removed, ...]


@dataclass(frozen=True, slots=True)
class CrowdedOut:
    """One of a crowd that reaches fewer places than it is. ``cost`` of coming in for another; None: not possible at all."""

    mentee: int
    crowd: Crowd
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class PricedOut:
    """``cost`` to all others together. ``balance_of``: the firm which has received as much more than it gives as it may."""

    mentee: int
    cost: Cost
    balance_of: int | None = None


Leftover = Blocked | CrowdedOut | PricedOut


def leftovers(changes: Changes) -> tuple[Leftover, ...]:
    """One for each of ``result.unmatched``, in their order."""
    return tuple(leftover(changes, mentee_id) for mentee_id in changes.result.unmatched)


def leftover(changes: Changes, mentee_id: int) -> Leftover:
    """Why this one is left; raises ``ValueError`` for somebody who is not."""
    if mentee_id not in changes.result.unmatched:
        raise ValueError(f"mentee {mentee_id} is not left")
    return _blocked(changes, mentee_id) or _crowded(changes, mentee_id) or _priced(changes, mentee_id)


def removed_for(problem: Problem, mentee_id: int) -> tuple[Removed, ...]:
    """What each rule takes from one mentee, whoever they are."""
    cohort = problem.cohort
    row = cohort.row[mentee_id]
    mentees, mentors = cohort.facts
    one = mentees.rows(row, row + 1)
    masks = {rule.name: rule.mask(one, mentors)[0] for rule in cohort.rules}
    forbidden = [mentor_id for who, mentor_id in problem.forbids if who == mentee_id]
    masks[FORBIDDEN] = np.isin(mentors.ids, np.array(forbidden, np.int64))
    scores = np.zeros(len(mentors), np.int64)
    for criterion in cohort.criteria:
        scores += criterion.block(one, mentors)[0]
    masks[MINIMUM] = scores < problem.minimum
    pinned = np.array([problem.pinned_places.get(mentor.id, 0) for mentor in cohort.mentors], np.int64)
    masks[NO_PLACE] = cohort.capacities <= pinned
    times = np.sum(list(masks.values()), axis=0)
    return tuple(
        Removed(name, int(mask.sum()), tuple(mentors.ids[mask & (times == 1)].tolist()))
        for name, mask in masks.items()
        if mask.any()
    )


def _blocked(changes: Changes, mentee_id: int) -> Blocked | None:
    row = changes.problem.cohort.row[mentee_id]
    if changes.crowding.choices(row).size:
        return None
    return Blocked(mentee_id, len(changes.problem.cohort.mentors), removed_for(changes.problem, mentee_id))


def _crowded(changes: Changes, mentee_id: int) -> CrowdedOut | None:
    crowding = changes.crowding
    row = changes.problem.cohort.row[mentee_id]
    crowd = crowding.around(row) or crowding.in_firm(row)
    return None if crowd is None else CrowdedOut(mentee_id, crowd, changes.admitting(mentee_id))


def _priced(changes: Changes, mentee_id: int) -> Leftover:
    problem = changes.problem
    row = problem.cohort.row[mentee_id]
    cost = changes.admitting(mentee_id)
    if cost is not None:
        return PricedOut(mentee_id, cost, changes.crowding.unbalanced(row))
    if changes.residual is not None:
        return CrowdedOut(mentee_id, changes.crowding.shut_in(changes.residual, row), None)
    return CrowdedOut(mentee_id, changes.crowding.limited(row), None)
