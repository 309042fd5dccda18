"""Whoever is left has one reason, and the reason holds: in every answer there is, not only in the one that was given."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from marketplace.matching.changes import Changes
from marketplace.matching.costs import Cost
from marketplace.matching.criteria import Table
from marketplace.matching.crowding import BoundOf
from marketplace.matching.leftovers import (
    NO_PLACE,
    PINNED,
    Blocked,
    CrowdedOut,
    PricedOut,
    Unneeded,
    idle,
    leftover,
    leftovers,
)
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.model import FORBIDDEN, MINIMUM, Cohort, Mode, Problem
from marketplace.matching.rules import LanguageInCommon, OwnFirm
from marketplace.matching.solver import solve
from tests.marketplace.matching.every_answer import EveryAnswer, Worth, small_problem


def left(problem: Problem, mentee: int):
    return leftover(Changes(problem, solve(problem)), mentee)


def cohort(scores: list[list[int]], *, firms: list[int] | None = None, capacity: int = 1) -> Cohort:
    """Mentees 10, 11 … of firm 1 (or as listed), mentors 20, 21 … of firm 2, rows of ``scores``."""
    rows, columns = len(scores), len(scores[0])
    mentees = tuple(Mentee(id=10 + i, person=10 + i, firm=firms[i] if firms else 1) for i in range(rows))
    mentors = tuple(Mentor(id=20 + j, person=20 + j, firm=2, capacity=capacity) for j in range(columns))
    ids = np.array([one.id for one in mentees]), np.array([one.id for one in mentors])
    return Cohort(mentees, mentors, (OwnFirm(),), (Table("fit", *ids, np.array(scores, np.uint16)),))


def test_a_blocked_mentee_reads_what_each_rule_removes_and_which_one_alone_stands_before_whom() -> None:
    people = cohort([[100, 200, 300, 400, 0]])
    speaking = tuple(replace(one, languages=frozenset({"fr"})) for one in people.mentees)
    mentors = list(people.mentors)
    mentors[0] = replace(mentors[0], firm=1)
    mentors[1] = replace(mentors[1], languages=frozenset({"de"}))
    mentors[3] = replace(mentors[3], firm=1, capacity=0)
    made = replace(people, mentees=speaking, mentors=tuple(mentors), rules=(OwnFirm(), LanguageInCommon()))
    found = left(Problem(made, minimum=50, forbids=frozenset({(10, 22)})), 10)
    assert isinstance(found, Blocked) and found.of == 5
    assert {one.rule: (one.removes, one.would_admit) for one in found.removed} == {
        "own_firm": (2, (20,)),
        "language": (1, (21,)),
        FORBIDDEN: (1, (22,)),
        NO_PLACE: (1, ()),
        MINIMUM: (1, (24,)),
    }


def test_three_who_reach_two_places_are_a_crowd_and_the_others_are_not_of_it() -> None:
    people = cohort([[900, 800, 0, 0], [700, 600, 0, 0], [500, 400, 0, 0], [0, 0, 300, 300]])
    found = left(Problem(people, minimum=1), 12)
    assert isinstance(found, CrowdedOut)
    assert (found.crowd.mentees, found.crowd.reached, found.crowd.places) == ((10, 11, 12), (20, 21), 2)
    assert [(one.of, one.id, one.places) for one in found.crowd.bounds] == [("mentor", 20, 1), ("mentor", 21, 1)]
    assert found.cost is not None and (found.cost.pairs, found.cost.points) == (0, 200)
    assert found.cost.dropped and found.cost.dropped[0][0] in {10, 11}


def test_a_firm_that_gives_or_receives_no_more_is_named() -> None:
    people = cohort([[900, 800], [700, 600]])
    giving = left(Problem(people, firms=(Firm(id=2, gives=1),)), 11)
    assert isinstance(giving, CrowdedOut) and [(one.of, one.id) for one in giving.crowd.bounds] == [("firm_gives", 2)]
    receiving = left(Problem(people, firms=(Firm(id=1, receives=1),)), 11)
    assert isinstance(receiving, CrowdedOut) and receiving.crowd.mentees == (10, 11)
    assert [(one.of, one.id) for one in receiving.crowd.bounds] == [("firm_receives", 1)]
    mentee_of_another_firm = replace(people, mentees=tuple(replace(one, firm=one.id) for one in people.mentees))
    between = left(Problem(mentee_of_another_firm, between={(2, 11): 0}), 11)
    assert isinstance(between, CrowdedOut) and between.cost is None
    assert [(one.of, one.id) for one in between.crowd.bounds] == [("limit", "between:2:11")]
    nothing_back = left(Problem(people, balance=0), 10)
    assert isinstance(nothing_back, CrowdedOut) and nothing_back.cost is None and nothing_back.crowd.places == 0
    assert {one.of for one in nothing_back.crowd.bounds} == {BoundOf.balance}


def test_points_before_pairs_may_price_somebody_out_by_exactly_so_much() -> None:
    people = cohort([[900, 100], [100, 0]])
    problem = Problem(people, mode=Mode.score_first, forbids=frozenset({(11, 21)}))
    found = left(problem, 11)
    assert isinstance(found, PricedOut)
    assert (found.cost.pairs, found.cost.points) == (-1, 700)
    assert (found.cost.dropped, found.cost.added) == (((10, 20),), ((10, 21), (11, 20)))


def test_a_floor_that_moves_on_is_not_lost_and_of_equals_the_better_score_is_next() -> None:
    people = cohort([[500, 100, 400]])
    held = tuple(replace(one, least=1) if one.id < 22 else one for one in people.mentors)
    problem = Problem(replace(people, mentors=held))
    cost = Changes(problem, solve(problem)).without(10, 20)
    assert cost is not None and (cost.floors, cost.points, cost.added) == (0, 400, ((10, 21),))
    two = Problem(cohort([[900, 300, 500], [0, 500, 700]]))
    following = Changes(two, solve(two)).next_for_mentee(10, 20)
    assert following is not None and (following.member, following.score, following.cost.points) == (22, 500, 600)


def test_a_mentor_with_nobody_reads_why_as_well() -> None:
    people = cohort([[900, 800, 0], [700, 600, 0]])
    own_firm = tuple(replace(one, firm=1) if one.id == 22 else one for one in people.mentors)
    pinned = Problem(replace(people, mentors=own_firm), pins=frozenset({(10, 20)}), forbids=frozenset({(11, 21)}))
    without, of_own_firm = idle(Changes(pinned, solve(pinned)))
    assert isinstance(without, Blocked) and isinstance(of_own_firm, Blocked)
    assert {one.rule: (one.removes, one.would_admit) for one in without.removed} == {
        FORBIDDEN: (1, (11,)),
        PINNED: (1, (10,)),
    }
    assert [(one.rule, one.removes) for one in of_own_firm.removed] == [("own_firm", 2), (PINNED, 1)]
    (spare,) = idle(Changes(Problem(people), solve(Problem(people))))
    assert isinstance(spare, Unneeded) and spare.cost is not None and spare.cost.points == 600
    assert (spare.surplus.mentors, spare.surplus.room, spare.surplus.reached) == ((20, 21, 22), 3, (10, 11))


@pytest.mark.parametrize("start", range(0, 300, 60))
def test_each_reason_holds_in_every_answer(start: int) -> None:
    for seed in range(start, start + 60):
        problem = small_problem(seed, plain=seed % 4 == 0)
        pairs = solve(problem).pairs
        if seed % 3 == 0 and pairs:
            problem = replace(problem, pins=frozenset({(pairs[-1].mentee, pairs[-1].mentor)}))
        changes = Changes(problem, solve(problem))
        found = leftovers(changes)
        assert tuple(one.member for one in found) == changes.result.unmatched
        truth = EveryAnswer(problem)
        for one in found:
            choices = [
                j.id for j in problem.cohort.mentors if (one.member, j.id) in truth.allowed and _free(problem, j)
            ]
            if isinstance(one, Blocked):
                assert not choices, seed
            elif isinstance(one, CrowdedOut):
                _is_a_crowd(problem, truth, one, seed)
            else:
                assert choices and any(one.member == i for pairs in truth.answers for i, _j in pairs), seed
                assert one.cost.proven and _loses(problem, one.cost), seed
        best, busy = truth.best(), {j for _i, j in changes.pairs}
        waiting = idle(changes)
        assert [one.member for one in waiting] == [
            j.id for j in problem.cohort.mentors if j.capacity and j.id not in busy
        ]
        for one in waiting:
            engaged = truth.best(lambda pairs, one=one: any(j == one.member for _i, j in pairs))
            if isinstance(one, Blocked):
                pinned = {i for i, _j in problem.pins}
                assert not [i for i, j in truth.allowed if j == one.member and i not in pinned], seed
                continue
            assert (one.cost and _worth(one.cost)) == (
                engaged and tuple(a - b for a, b in zip(best, engaged, strict=True))
            )
            if isinstance(one, Unneeded):
                _is_more_than_wanted(problem, truth, one, seed)


def _worth(cost: Cost) -> Worth:
    return cost.floors, cost.pairs, cost.points, cost.kept


def _is_more_than_wanted(problem: Problem, truth: EveryAnswer, found: Unneeded, seed: int) -> None:
    mentors, surplus = set(found.surplus.mentors), found.surplus
    assert found.member in mentors and surplus.most < surplus.room, seed
    pinned = problem.pinned_places
    assert surplus.room == sum(problem.cohort.mentor(j).capacity - pinned.get(j, 0) for j in mentors)
    for pairs in truth.answers:
        theirs = [(i, j) for i, j in pairs - problem.pins if j in mentors]
        assert len(theirs) <= surplus.most, seed


def _loses(problem: Problem, cost: Cost) -> bool:
    first, second = (cost.pairs, cost.points) if problem.mode is Mode.headcount_first else (cost.points, cost.pairs)
    return (cost.floors, first, second, cost.kept) >= (0, 0, 0, 0)


def _free(problem: Problem, mentor: Mentor) -> bool:
    return mentor.capacity > problem.pinned_places.get(mentor.id, 0)


def _is_a_crowd(problem: Problem, truth: EveryAnswer, found: CrowdedOut, seed: int) -> None:
    crowd = set(found.crowd.mentees)
    assert found.member in crowd and not crowd & {i for i, _j in problem.pins}
    assert found.crowd.places < len(crowd), seed
    # They reach these mentors and no others.
    reach = {j for i, j in truth.allowed if i in crowd and _free(problem, problem.cohort.mentor(j))}
    assert reach == set(found.crowd.reached), seed
    # No answer at all has more of them than there are said to be places; and each bound alone holds.
    for pairs in truth.answers:
        of_crowd = [(i, j) for i, j in pairs if i in crowd]
        assert len(of_crowd) <= found.crowd.places, seed
        held = Counter(j for _i, j in of_crowd)
        given = Counter(problem.cohort.mentor(j).firm for _i, j in of_crowd)
        for bound in found.crowd.bounds:
            through = {BoundOf.mentor: held, BoundOf.firm_gives: given}.get(bound.of, Counter())
            assert through[bound.id] <= bound.places, seed
    # Every way to a mentor passes a bound.
    if not {one.of for one in found.crowd.bounds} & {BoundOf.firm_receives, BoundOf.balance}:
        named = {(one.of, one.id) for one in found.crowd.bounds}
        for mentor in found.crowd.reached:
            firm = problem.cohort.mentor(mentor).firm
            assert {(BoundOf.mentor, mentor), (BoundOf.firm_gives, firm)} & named, seed
    within = any(found.member == i for pairs in truth.answers for i, _j in pairs)
    assert (found.cost is not None) == within, seed
