"""What a pair reads about itself."""

from __future__ import annotations

import pytest

from marketplace.matching.changes import Changes
from marketplace.matching.criteria import Goals, View, Wish
from marketplace.matching.members import Mentee, Mentor
from marketplace.matching.model import Cohort, Problem
from marketplace.matching.reasons import Rank, reason
from marketplace.matching.rules import OwnFirm
from marketplace.matching.solver import solve


def test_a_pair_reads_its_points_from_both_sides_who_is_next_and_what_parting_costs() -> None:
    people = Cohort(
        (
            Mentee(id=1, person=1, firm=1, seeks=frozenset({"law", "risk"}), wishes=(11, 12)),
            Mentee(id=2, person=2, firm=1, seeks=frozenset({"law"}), offers=frozenset({"code"})),
        ),
        (
            Mentor(id=11, person=11, firm=2, offers=frozenset({"law", "risk"}), seeks=frozenset({"code"})),
            Mentor(id=12, person=12, firm=2, offers=frozenset({"law"})),
            Mentor(id=13, person=13, firm=1, offers=frozenset({"law", "risk"})),
        ),
        (OwnFirm(),),
        (Goals(4000), Goals(1000, View.mentor), Wish(1000, depth=2)),
    )
    problem = Problem(people)
    changes = Changes(problem, solve(problem))
    found = reason(changes, 1, 11)
    assert [(one.criterion, one.points) for one in found.shares] == [
        ("goals", 4000),
        ("sought_by_mentor", 0),
        ("wish_of_mentee", 1000),
    ]
    assert found.shares[0].because == ("law", "risk")
    assert found.score == 5000 and not found.pinned
    mentee, mentor = found.mentee_side, found.mentor_side
    assert ([one.criterion for one in mentee.shares], mentee.points, mentee.most) == (
        ["goals", "wish_of_mentee"],
        5000,
        5000,
    )
    assert ([one.criterion for one in mentor.shares], mentor.points, mentor.most) == (["sought_by_mentor"], 0, 1000)
    # Both mentees score 5000 with mentor 11; mentor 13 is of the mentee's own firm and no choice.
    assert (mentee.rank, mentor.rank) == (Rank(1, 2), Rank(1, 2))
    # 1 with 12: 2000 + 500, 2 with 11: 5000; together 7500 instead of 9000.
    assert mentee.next is not None and (mentee.next.member, mentee.next.score) == (12, 2500)
    assert mentor.next is not None and (mentor.next.member, mentor.next.score) == (2, 5000)
    assert mentee.next.cost == mentor.next.cost == found.without
    assert found.without is not None and (found.without.pairs, found.without.points) == (0, 1500)
    assert (found.without.dropped, found.without.added) == (((1, 11), (2, 12)), ((1, 12), (2, 11)))
    with pytest.raises(ValueError, match="no pair of the answer"):
        reason(changes, 1, 12)
