"""Why somebody is left: exactly one reason, and each can be checked by hand.

Of a mentee:

* **blocked**: no mentor with a place may be theirs; which rule removed how many, and which rule alone stands before whom.
* **crowded out**: mentees who reach fewer places than they are, quotas counted (P. Hall, *On representatives of subsets*, 1935):
  in no answer do they all have somebody. The set is what alternating paths reach from the mentee.
* **priced out**: there is a place, but an answer with the mentee is worth less; by how much, exactly.

Which of the crowded are left is a matter of worth, so they are told the cost of coming in as well. Where pairs come before
points and no balance is asked, whoever is left is blocked or of a crowd.

Of peers a crowd is also an odd number of people who may be paired with each other alone: one of them always remains.

A mentor with places and nobody has one reason of the same three: blocked, unneeded (more places than mentees who may have them),
priced out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketplace.matching.changes import Changes
from marketplace.matching.costs import Cost
from marketplace.matching.crowding import Crowd, Surplus
from marketplace.matching.facts import Facts, Mask, Points
from marketplace.matching.model import FORBIDDEN, MINIMUM, Problem

NO_PLACE, PINNED = "no_place", "pinned"
"""What keeps a mentee from a mentor who has no place, or none that is not pinned; and a mentor from a mentee who is pinned."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A rule (or ``forbidden``, ``minimum``, ``no_place``, ``pinned``) and how many of the other side it removes, whatever else
    removes them too. ``would_admit``: ids of those whom nothing but it removes.
    """

    rule: str
    removes: int
    would_admit: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Of so many of the other side none is left. Rules in the cohort's order; those that remove nobody are not here."""

    member: int
    of: int
    removed: tuple[Removed, ...]


@dataclass(frozen=True, slots=True)
class CrowdedOut:
    """One of a crowd that reaches fewer places than it is. ``cost`` of coming in for another; None: not possible at all."""

    member: int
    crowd: Crowd
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class PricedOut:
    """``cost`` to all others together. ``balance_of``: their firm, where the balance lets it receive (for a mentor: give) no more
    as things are.
    """

    member: int
    cost: Cost
    balance_of: int | None = None


@dataclass(frozen=True, slots=True)
class Unneeded:
    """One of some mentors with room for more than may have them. ``cost`` of having somebody all the same, as above."""

    member: int
    surplus: Surplus
    cost: Cost | None


Leftover = Blocked | CrowdedOut | PricedOut
Idle = Blocked | Unneeded | PricedOut


def leftovers(changes: Changes) -> tuple[Leftover, ...]:
    """One for each of ``result.unmatched``, in their order."""
    return tuple(leftover(changes, mentee_id) for mentee_id in changes.result.unmatched)


def leftover(changes: Changes, mentee_id: int) -> Leftover:
    """Why this one is left; raises ``ValueError`` for somebody who is not."""
    if mentee_id not in changes.result.unmatched:
        raise ValueError(f"mentee {mentee_id} is not left")
    return _blocked(changes, mentee_id) or _crowded(changes, mentee_id) or _priced(changes, mentee_id)


def idle(changes: Changes) -> tuple[Idle, ...]:
    """Why a mentor has nobody: one reason for each who has a place and no pair, by id. Peers are not asked twice."""
    if changes.problem.cohort.peers:
        return ()
    busy = {mentor_id for _mentee_id, mentor_id in changes.pairs}
    mentors = changes.problem.cohort.mentors
    return tuple(_idle(changes, column) for column, one in enumerate(mentors) if one.capacity and one.id not in busy)


def removed_for(problem: Problem, mentee_id: int) -> tuple[Removed, ...]:
    """What each rule takes from one mentee, whoever they are; of peers nobody is taken from themselves."""
    cohort, row = problem.cohort, problem.cohort.row[mentee_id]
    mentees, mentors = cohort.facts
    one = mentees.rows(row, row + 1)
    masks = {rule.name: rule.mask(one, mentors)[0] for rule in cohort.rules}
    masks[FORBIDDEN] = np.isin(mentors.ids, [other for who, other in problem.apart if who == mentee_id])
    masks[MINIMUM] = _scores(problem, one, mentors)[0] < problem.minimum
    pinned = np.array([problem.pinned_places.get(mentor.id, 0) for mentor in cohort.mentors], np.int64)
    masks[PINNED if cohort.peers else NO_PLACE] = cohort.capacities <= pinned
    if cohort.peers:
        as_mentor, others = mentors.rows(row, row + 1), mentors.ids != mentee_id
        masks |= {rule.name: masks[rule.name] | rule.mask(mentees, as_mentor)[:, 0] for rule in cohort.rules}
        masks = {name: mask & others for name, mask in masks.items()}
    return _removed(masks, mentors)


def removed_for_mentor(problem: Problem, mentor_id: int) -> tuple[Removed, ...]:
    """What each rule takes from one mentor."""
    cohort, column = problem.cohort, problem.cohort.column[mentor_id]
    mentees, mentors = cohort.facts
    one = mentors.rows(column, column + 1)
    masks = {rule.name: rule.mask(mentees, one)[:, 0] for rule in cohort.rules}
    masks[FORBIDDEN] = np.isin(mentees.ids, [who for who, other in problem.forbids if other == mentor_id])
    masks[MINIMUM] = _scores(problem, mentees, one)[:, 0] < problem.minimum
    masks[PINNED] = np.isin(mentees.ids, [who for who, _other in problem.pins])
    return _removed(masks, mentees)


def _scores(problem: Problem, mentees: Facts, mentors: Facts) -> Points:
    scores = np.zeros((len(mentees), len(mentors)), np.int32)
    for criterion in problem.cohort.criteria:
        scores += criterion.block(mentees, mentors)
    return scores


def _removed(masks: dict[str, Mask], others: Facts) -> tuple[Removed, ...]:
    times = np.sum(list(masks.values()), axis=0)
    return tuple(
        Removed(name, int(mask.sum()), tuple(others.ids[mask & (times == 1)].tolist()))
        for name, mask in masks.items()
        if mask.any()
    )


def _blocked(changes: Changes, mentee_id: int) -> Blocked | None:
    row = changes.problem.cohort.row[mentee_id]
    if changes.crowding.choices(row).size:
        return None
    cohort = changes.problem.cohort
    return Blocked(mentee_id, len(cohort.mentors) - cohort.peers, removed_for(changes.problem, mentee_id))


def _crowded(changes: Changes, mentee_id: int) -> CrowdedOut | None:
    crowding = changes.crowding
    row = changes.problem.cohort.row[mentee_id]
    crowd = crowding.around(row) or crowding.in_firm(row)
    return None if crowd is None else CrowdedOut(mentee_id, crowd, changes.admitting(mentee_id))


def _priced(changes: Changes, mentee_id: int) -> Leftover:
    problem = changes.problem
    row, firm = problem.cohort.row[mentee_id], problem.cohort.mentee(mentee_id).firm
    cost = changes.admitting(mentee_id)
    if cost is not None:
        return PricedOut(mentee_id, cost, firm if changes.crowding.in_deficit(firm) else None)
    if changes.residual is not None:
        return CrowdedOut(mentee_id, changes.crowding.shut_in(changes.residual, row), None)
    return CrowdedOut(mentee_id, changes.crowding.limited(row), None)


def _idle(changes: Changes, column: int) -> Idle:
    problem, crowding = changes.problem, changes.crowding
    mentor = problem.cohort.mentors[column]
    if not crowding.takers(column).size:
        return Blocked(mentor.id, len(problem.cohort.mentees), removed_for_mentor(problem, mentor.id))
    cost, surplus = changes.engaging(mentor.id), crowding.beside(column)
    if surplus is None and cost is not None:
        return PricedOut(mentor.id, cost, mentor.firm if crowding.in_surplus(mentor.firm) else None)
    if surplus is None and changes.residual is not None:
        surplus = crowding.shut_out(changes.residual, column)
    return Unneeded(mentor.id, surplus or crowding.unused(column), cost)
