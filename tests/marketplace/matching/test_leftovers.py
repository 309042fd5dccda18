"""Whoever is left has one reason, and the reason holds: in every answer there is, not only in the one that was given."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from marketplace.matching.changes import Changes
from marketplace.matching.criteria import Table
from marketplace.matching.crowding import BoundOf
from marketplace.matching.leftovers import NO_PLACE, Blocked, CrowdedOut, PricedOut, leftover, leftovers
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.model import FORBIDDEN, MINIMUM, Cohort, Mode, Problem
from marketplace.matching.rules import LanguageInCommon, OwnFirm
from marketplace.matching.solver import solve
from tests.marketplace.matching.every_answer import EveryAnswer, small_problem


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
    assert {one.rule: (one.mentors, one.would_admit) for one in found.removed} == {
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


@pytest.mark.parametrize("start", range(0, 300, 60))
def test_each_reason_holds_in_every_answer(start: int) -> None:
    for seed in range(start, start + 60):
        problem = small_problem(seed, plain=seed % 4 == 0)
        pairs = solve(problem).pairs
        if seed % 3 == 0 and pairs:
            problem = replace(problem, pins=frozenset({(pairs[-1].mentee, pairs[-1].mentor)}))
        changes = Changes(problem, solve(problem))
        found = leftovers(changes)
        assert tuple(one.mentee for one in found) == changes.result.unmatched
        truth = EveryAnswer(problem)
        for one in found:
            choices = [
                j.id for j in problem.cohort.mentors if (one.mentee, j.id) in truth.allowed and _free(problem, j)
            ]
            if isinstance(one, Blocked):
                assert not choices, seed
            elif isinstance(one, CrowdedOut):
                _is_a_crowd(problem, truth, one, seed)
            else:
                assert choices and any(one.mentee == i for pairs in truth.answers for i, _j in pairs), seed
                assert one.cost.proven and _loses(problem, one.cost), seed


def _loses(problem: Problem, cost) -> bool:
    first, second = (cost.pairs, cost.points) if problem.mode is Mode.headcount_first else (cost.points, cost.pairs)
    return (cost.floors, first, second, cost.kept) >= (0, 0, 0, 0)


def _free(problem: Problem, mentor: Mentor) -> bool:
    return mentor.capacity > problem.pinned_places.get(mentor.id, 0)


def _is_a_crowd(problem: Problem, truth: EveryAnswer, found: CrowdedOut, seed: int) -> None:
    crowd = set(found.crowd.mentees)
    assert found.mentee in crowd and not crowd & {i for i, _j in problem.pins}
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
    within = any(found.mentee == i for pairs in truth.answers for i, _j in pairs)
    assert (found.cost is not None) == within, seed
