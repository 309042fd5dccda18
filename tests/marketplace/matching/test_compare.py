"""Two proposals side by side."""

from __future__ import annotations

import numpy as np

from marketplace.matching.compare import Fate, compare
from marketplace.matching.criteria import Table
from marketplace.matching.members import Mentee, Mentor
from marketplace.matching.model import Cohort
from marketplace.matching.outcome import Pair

SCORES = [[900, 500, 100], [800, 400, 400], [700, 300, 300], [600, 200, 200], [0, 0, 0]]


def test_what_changed_between_two_proposals_and_for_whom_it_is_better() -> None:
    mentees, mentors = range(1, 6), range(11, 14)
    people = Cohort(
        tuple(Mentee(id=i, person=i, firm=1) for i in mentees),
        tuple(Mentor(id=j, person=j, firm=2, capacity=3) for j in mentors),
        criteria=(Table("fit", np.array(mentees), np.array(mentors), np.array(SCORES, np.uint16)),),
    )
    before = [(1, 11), (2, 12), (3, 11), (9, 13)]  # 9 has left since
    after = [Pair(1, 11, 900), Pair(2, 11, 800), Pair(4, 13, 200)]
    found = compare(people, before, after)
    assert found.kept == (Pair(1, 11, 900),)
    assert found.new == (Pair(2, 11, 800), Pair(4, 13, 200))
    assert found.lost == (Pair(2, 12, 400), Pair(3, 11, 700))
    assert found.gone == ((9, 13),)
    assert (found.heads, found.points) == (-1, -100)
    fates = {one.member: (one.fate, one.points) for one in found.mentees}
    assert fates == {
        1: (Fate.same, 0),
        2: (Fate.better, 400),
        3: (Fate.lost, -700),
        4: (Fate.gained, 200),
        5: (Fate.without, 0),
    }
    assert [one.member for one in found.moved] == [2]
    assert {one.member: (one.fate, one.before, one.after) for one in found.mentors} == {
        11: (Fate.better, (1, 3), (1, 2)),
        12: (Fate.lost, (2,), ()),
        13: (Fate.gained, (), (4,)),
    }
    turned = compare(people, [(2, 12)], [Pair(2, 13, 400)])
    assert turned.mentees[1].fate is Fate.equal
