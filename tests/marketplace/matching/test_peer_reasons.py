"""Of peers: what a change costs and why somebody is left, held against every answer of small cohorts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np

from marketplace.matching.compare import Fate, compare
from marketplace.matching.criteria import Table
from marketplace.matching.fairness import lift
from marketplace.matching.faults import faults
from marketplace.matching.leftovers import Blocked, CrowdedOut, PricedOut, idle, leftover
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.model import Cohort, Problem
from marketplace.matching.peer_changes import changes_of
from marketplace.matching.reasons import reason
from marketplace.matching.rules import Listed
from marketplace.matching.solver import solve
from marketplace.matching.swaps import around, swap
from tests.marketplace.matching.test_peers import MANY, peers


def every_answer(asked: Problem) -> list[frozenset[tuple[int, int]]]:
    """All sets of allowed pairs that keep the quotas and have the pins in them."""
    cohort = asked.cohort
    ids = [one.id for one in cohort.mentees]
    quota = {one.id: one.receives for one in asked.firms if one.receives is not None}
    held = {one for pin in asked.pins for one in pin}
    found: list[frozenset[tuple[int, int]]] = []

    def grow(rest: list[int], made: frozenset[tuple[int, int]]) -> None:
        if not rest:
            used = Counter(cohort.mentee(one).firm for pair in made for one in pair)
            if all(used[firm] <= most for firm, most in quota.items()):
                found.append(made)
            return
        one, *others = rest
        grow(others, made)
        for other in others:
            if not asked.obstacles(one, other):
                grow([who for who in others if who != other], made | {(one, other)})

    grow([one for one in ids if one not in held], frozenset(asked.pins))
    return found


def worth(asked: Problem, pairs: frozenset[tuple[int, int]]) -> int:
    return sum(asked.value(*pair) for pair in pairs)


def people_of(pairs: frozenset[tuple[int, int]]) -> set[int]:
    return {one for pair in pairs for one in pair}


def test_costs_and_reasons_are_those_of_every_answer():
    seen = Counter[str]()
    for seed in range(120 * MANY):
        asked = peers(seed, 7)
        if faults(asked):
            continue
        answer = solve(asked)
        changes, all_of_them = changes_of(asked, answer), every_answer(asked)
        best = worth(asked, frozenset((one.mentee, one.mentor) for one in answer.pairs))
        weights = asked.weights
        for pair in sorted(changes.pairs - asked.pins)[:2]:
            cost = changes.without(*pair)
            then = max(worth(asked, one) for one in all_of_them if pair not in one)
            assert cost is not None, seed
            told = weights.head * cost.pairs + weights.score * cost.points + weights.keep * cost.kept
            assert (told, cost.proven) == (best - then, True), seed
            why = reason(changes, *pair)
            for side, who in ((why.mentee_side, pair[0]), (why.mentor_side, pair[1])):
                assert side.rank.of == sum(
                    not asked.obstacles(who, one.id) for one in asked.cohort.mentors if one.id != who
                )
                assert side.next is None or not asked.obstacles(who, side.next.member)
        assert idle(changes) == ()
        for who in answer.unmatched:
            found = leftover(changes, who)
            seen[type(found).__name__] += 1
            with_them = [one for one in all_of_them if who in people_of(one)]
            match found:
                case Blocked():
                    assert not with_them and found.of == len(asked.cohort.mentees) - 1, seed
                    assert {one.rule for one in found.removed} <= {"apart", "forbidden", "minimum", "pinned"}, seed
                case CrowdedOut():
                    crowd = set(found.crowd.mentees)
                    assert who in crowd and found.crowd.places < len(crowd), seed
                    assert max(len(people_of(one) & crowd) for one in all_of_them) <= found.crowd.places, seed
                case PricedOut():
                    told = weights.head * found.cost.pairs + weights.score * found.cost.points
                    told += weights.keep * found.cost.kept
                    assert told == best - max(worth(asked, one) for one in with_them), seed
    assert min(seen[name] for name in ("Blocked", "CrowdedOut", "PricedOut")) > 5 * MANY, seen


def circle(pairs: dict[tuple[int, int], int], firms: dict[int, int] | None = None) -> Cohort:
    """Only these may be pairs, at these points."""
    ids = sorted({one for pair in pairs for one in pair})
    scores = np.zeros((len(ids), len(ids)), np.uint16)
    for (one, other), points in pairs.items():
        row, column = ids.index(one), ids.index(other)
        scores[row, column] = scores[column, row] = points
    apart = frozenset((one, other) for one in ids for other in ids if one < other and (one, other) not in pairs)
    firm = firms or dict.fromkeys(ids, 1)
    return Cohort(
        tuple(Mentee(id=one, person=one, firm=firm[one]) for one in ids),
        tuple(Mentor(id=one, person=one, firm=firm[one]) for one in ids),
        (Listed("apart", apart),),
        (Table("table", np.array(ids), np.array(ids), scores),),
        peers=True,
    )


def test_of_an_odd_number_who_have_only_each_other_one_is_left_and_the_others_are_named():
    made = circle(dict.fromkeys(pairwise((1, 2, 3, 4, 5)), 10) | {(1, 5): 10})
    changes = changes_of(Problem(made), solve(Problem(made)))
    (who,) = changes.result.unmatched
    found = leftover(changes, who)
    assert isinstance(found, CrowdedOut) and found.crowd.mentees == (1, 2, 3, 4, 5)
    assert (found.crowd.reached, found.crowd.places) == ((), 4)
    star = circle({(1, 9): 10, (2, 9): 20, (3, 9): 5})
    changes = changes_of(Problem(star), solve(Problem(star)))
    found = leftover(changes, 1)
    assert isinstance(found, CrowdedOut) and (found.crowd.mentees, found.crowd.reached) == ((1, 2), (9,))
    assert found.cost is not None and (found.cost.points, found.cost.added) == (10, ((1, 9),))
    firms = circle({(1, 2): 10, (3, 4): 20}, {1: 1, 2: 1, 3: 2, 4: 2})
    full = Problem(firms, firms=(Firm(id=1, receives=0),))
    found = leftover(changes_of(full, solve(full)), 1)
    assert isinstance(found, CrowdedOut) and found.crowd.mentees == (1, 2) and found.crowd.places == 0


def test_two_versions_a_swap_and_the_weakest_pair_are_told_of_people_not_of_sides():
    made = circle({(1, 2): 90, (3, 4): 10, (1, 3): 40, (2, 4): 40, (1, 4): 30, (2, 3): 35})
    asked = Problem(made)
    answer = solve(asked)
    assert {(one.mentee, one.mentor) for one in answer.pairs} == {(1, 2), (3, 4)}
    raised = lift(asked, answer)
    assert (raised.least, raised.points, raised.proven) == (40, 20, True)
    found = compare(made, {(1, 2), (3, 4)}, raised.result.pairs)
    assert [(one.member, one.before, one.after, one.fate) for one in found.mentees] == [
        (1, (2,), (3,), Fate.worse),
        (2, (1,), (4,), Fate.worse),
        (3, (4,), (1,), Fate.better),
        (4, (3,), (2,), Fate.better),
    ]
    assert found.mentors == ()
    # Two ways to cross two pairs: whoever is named first of a pair goes to the second of the other.
    one_way, other_way = swap(asked, (1, 2), (3, 4)), swap(asked, (1, 2), (4, 3))
    assert [(one.mentee, one.mentor) for one in one_way.made] == [(1, 4), (2, 3)]
    assert [(one.mentee, one.mentor) for one in other_way.made] == [(1, 3), (2, 4)]
    assert (other_way.points, around(asked, other_way)) == (-20, (2, 80))
    pinned = replace(asked, pins=frozenset({(1, 2)}))
    assert around(pinned, other_way) == (2, 80), "a pin on somebody who moves is let go"
