"""What contradicts itself in a problem, each contradiction by name and with those it concerns, before anything is solved."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from marketplace.matching.criteria import FULL
from marketplace.matching.model import MINIMUM, Problem

LARGEST = 10**14
"""What the cost of an arc is held below: the flow's own sums stay within 64 bits."""


class FaultKind(enum.StrEnum):
    """``balance`` is found by solving only: pins so far off it that no other pairs mend it. ``size``: so many people, floors and
    firms that what one level outweighs the next by does not fit the solver's numbers.
    """

    pinned_twice = "pinned_twice"
    pin_forbidden = "pin_forbidden"
    capacity = "capacity"
    gives = "gives"
    receives = "receives"
    gives_floor = "gives_floor"
    receives_floor = "receives_floor"
    limit = "limit"
    balance = "balance"
    size = "size"


@dataclass(frozen=True, slots=True)
class Fault:
    """``asked`` is more than ``allowed``. ``names``: the rules that forbid a pin, or the limit."""

    kind: FaultKind
    mentees: tuple[int, ...] = ()
    mentors: tuple[int, ...] = ()
    firm: int | None = None
    names: tuple[str, ...] = ()
    asked: int = 0
    allowed: int = 0


class Contradiction(Exception):
    """The problem asks what nothing can meet; ``faults`` say why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(fault.kind for fault in faults))
        self.faults = faults


def faults(problem: Problem) -> tuple[Fault, ...]:
    """Every contradiction that can be seen without solving. Empty: ``solve`` answers (but for the balance, see ``FaultKind``)."""
    if problem.cohort.peers:
        found: tuple[Fault, ...] = tuple(_of_peers(problem))
    else:
        found = (*_of_pins(problem), *_of_firms(problem), *_of_limits(problem))
    weights = problem.weights
    largest = max(weights.floor, weights.head + weights.score * FULL + weights.keep)
    return found if largest < LARGEST else (*found, Fault(FaultKind.size, asked=largest, allowed=LARGEST))


def _of_peers(problem: Problem) -> Iterator[Fault]:
    """The same of people who are all on both sides."""
    cohort, pins = problem.cohort, sorted(problem.pins)
    for who, count in sorted(problem.pinned_places.items()):
        if count > 1:
            others = tuple(other for pin in pins if who in pin for other in pin if other != who)
            yield Fault(FaultKind.pinned_twice, (who,), others, asked=count, allowed=1)
    yield from _forbidden(problem)
    for firm in problem.firms:
        of_firm = tuple(one for pin in pins for one in pin if cohort.mentee(one).firm == firm.id)
        if firm.receives is not None and len(of_firm) > firm.receives:
            yield Fault(FaultKind.receives, of_firm, (), firm.id, asked=len(of_firm), allowed=firm.receives)


def _forbidden(problem: Problem) -> Iterator[Fault]:
    for mentee, mentor in sorted(problem.pins):
        names = tuple(name for name in problem.obstacles(mentee, mentor) if name != MINIMUM)
        if names:
            yield Fault(FaultKind.pin_forbidden, (mentee,), (mentor,), names=names)


def _of_pins(problem: Problem) -> Iterator[Fault]:
    cohort, pins = problem.cohort, sorted(problem.pins)
    for mentee, count in sorted(Counter(mentee for mentee, _mentor in pins).items()):
        if count > 1:
            mentors = tuple(other for one, other in pins if one == mentee)
            yield Fault(FaultKind.pinned_twice, (mentee,), mentors, asked=count, allowed=1)
    yield from _forbidden(problem)
    for mentor, count in sorted(problem.pinned_places.items()):
        if count > cohort.mentor(mentor).capacity:
            mentees = tuple(one for one, other in pins if other == mentor)
            allowed = cohort.mentor(mentor).capacity
            yield Fault(FaultKind.capacity, mentees, (mentor,), asked=count, allowed=allowed)


def _of_firms(problem: Problem) -> Iterator[Fault]:
    cohort, pins = problem.cohort, sorted(problem.pins)
    for firm in problem.firms:
        giving = [(one, other) for one, other in pins if cohort.mentor(other).firm == firm.id]
        taking = [(one, other) for one, other in pins if cohort.mentee(one).firm == firm.id]
        for kind, pairs, most in (
            (FaultKind.gives, giving, firm.gives),
            (FaultKind.receives, taking, firm.receives),
        ):
            if most is not None and len(pairs) > most:
                mentees, mentors = tuple(one for one, _ in pairs), tuple(other for _, other in pairs)
                yield Fault(kind, mentees, mentors, firm.id, asked=len(pairs), allowed=most)
        for kind, least, most in (
            (FaultKind.gives_floor, firm.gives_least, firm.gives),
            (FaultKind.receives_floor, firm.receives_least, firm.receives),
        ):
            if most is not None and least > most:
                yield Fault(kind, firm=firm.id, asked=least, allowed=most)


def _of_limits(problem: Problem) -> Iterator[Fault]:
    for limit in problem.all_limits:
        using = sorted(pair for pair in problem.pins if pair in limit.uses)
        used = sum(limit.uses[pair] for pair in using)
        if used > limit.most:
            mentees, mentors = tuple(one for one, _ in using), tuple(other for _, other in using)
            yield Fault(FaultKind.limit, mentees, mentors, names=(limit.name,), asked=used, allowed=limit.most)
