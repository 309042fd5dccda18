"""The balance that a committee asked for, kept while what follows a no is sought around the pairs that stand.

A firm's mentees in pairs and the places its mentors give are those of the standing pairs and of the new ones together. Where what
stands is further off than was asked for, as it may be after a no, nothing new takes any firm further off than that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from marketplace.committee.priorities import Priorities
from marketplace.committee.questions import Pairs, Question
from marketplace.matching.faults import Contradiction
from marketplace.matching.members import Mentee, Mentor
from marketplace.matching.solver import solve

NAME = "balance"
"""Of the rule under which a pair that would break it is left out."""

ROUNDS = 20
"""How often the question is asked again without the pairs that break it; then nothing but the best that keeps it is left."""

Firms = tuple[int, int]
"""(the mentee's, the mentor's)."""


def standing_firms(
    before: Question, room: Mapping[int, int], between: Mapping[tuple[int, int], str]
) -> tuple[Firms, ...]:
    """Of each mentee of ``before`` who is spoken for by one of its mentors; see ``cascading.Now``."""
    mentors = {one.person: one.firm for one in before.mentors}
    theirs = {mentee: mentor for (mentee, mentor), stands in sorted(between.items()) if stands == "asked"}
    return tuple(
        (one.firm, mentors[theirs[one.person]])
        for one in before.mentees
        if room.get(one.id) == 0 and theirs.get(one.person) in mentors
    )


def within_balance(question: Question, stands: Collection[Firms], priorities: Priorities) -> Question:
    """``question`` without what keeps its best answer, balance not asked, from being the best of those that keep the balance."""
    if priorities.balance is None:
        return question
    most = max(priorities.balance, _furthest(stands))
    try:
        best = _best(question, stands, priorities.model_copy(update={"balance": most}))
    except Contradiction:
        # Pins that break it by themselves are what the committee wants more.
        return question
    free = priorities.model_copy(update={"balance": None})
    firm_of = {one.id: one.firm for one in (*question.mentees, *question.mentors)}
    # Where the weakest pair is lifted, other answers than the best by points come up: there only the one is left.
    for _round in range(0 if priorities.weakest_first else ROUNDS):
        found = frozenset((pair.mentee, pair.mentor) for pair in solve(question.problem(free)).pairs)
        if _furthest([*stands, *((firm_of[a], firm_of[b]) for a, b in found)]) <= most:
            return question
        question = _leaving_out(question, found - best)
    return _leaving_out(question, {(a.id, b.id) for a in question.mentees for b in question.mentors} - best)


def _leaving_out(question: Question, pairs: Iterable[tuple[int, int]]) -> Question:
    out = question.listed.get(NAME, frozenset()) | frozenset(pairs)
    return replace(question, listed=question.listed | {NAME: out}, previous=question.previous - out)


def _furthest(pairs: Iterable[Firms]) -> int:
    """By how much a firm gives more than it receives, or the other way round, at most."""
    ahead: Counter[int] = Counter()
    for receives, gives in pairs:
        ahead[gives] += 1
        ahead[receives] -= 1
    return max(map(abs, ahead.values()), default=0)


def _best(question: Question, stands: Iterable[Firms], priorities: Priorities) -> Pairs:
    """The best answer around what stands: for each standing pair two who said nothing of themselves, pinned to each other."""
    between = [firms for firms in stands if firms[0] != firms[1]]
    mentees = tuple(Mentee(id=-number, person=-2 * number, firm=firms[0]) for number, firms in enumerate(between, 1))
    mentors = tuple(
        Mentor(id=-number, person=-2 * number - 1, firm=firms[1]) for number, firms in enumerate(between, 1)
    )
    more = Counter(one.firm for one in mentees)
    firms = tuple(
        replace(one, receives=one.receives + more[one.id]) if one.receives is not None else one
        for one in question.firms
    )
    around = replace(
        question,
        mentees=(*question.mentees, *mentees),
        mentors=(*question.mentors, *mentors),
        firms=firms,
        pins=question.pins | {(-number, -number) for number in range(1, len(between) + 1)},
        stands=tuple((Counter(question.stands) - Counter(between)).elements()),
    )
    found = solve(around.problem(priorities))
    return frozenset((pair.mentee, pair.mentor) for pair in found.pairs if pair.mentee > 0)
