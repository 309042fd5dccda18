"""What the engine is asked, as one value that can be kept beside its answer and asked again: people, rules, marks.

Nothing here asks the database. Who has a pair already, or a proposal that waits for an answer, is no longer in question; their
mentors' places are taken.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter

from marketplace.committee.priorities import Priorities
from marketplace.matching.facts import Facts, Mask
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.model import Cohort, Mode, Problem
from marketplace.matching.rules import (
    ClockDistance,
    LanguageInCommon,
    Listed,
    OwnFirm,
    Rule,
    Sameness,
    SamePerson,
    SchoolToFirm,
    SeniorityGap,
)
from marketplace.pairing import hard_rules
from marketplace.pairing.candidates import Candidate, Candidates
from marketplace.pairing.hard_rules import RANKS
from marketplace.programmes.modalities import Form, Side
from marketplace.requests.models import RequestState

Pairs = frozenset[tuple[int, int]]
"""(mentee's enrolment, mentor's enrolment)."""

NO = frozenset(
    {
        RequestState.declined,
        RequestState.withdrawn,
        RequestState.expired,
        RequestState.lapsed,
        RequestState.refused_by_employer,
    }
)

WIDEST = 99
"""Steps of seniority: as far as it goes."""


@dataclass(frozen=True, slots=True)
class NotReady:
    """Somebody of the two is not ready to be paired at all: untrained, or without a page."""

    name: str
    mentees: frozenset[int] = field(repr=False)
    mentors: frozenset[int] = field(repr=False)

    def forbids(self, mentee: Mentee, mentor: Mentor) -> bool:
        return mentee.id in self.mentees or mentor.id in self.mentors

    def mask(self, mentees: Facts, mentors: Facts) -> Mask:
        rows, columns = np.isin(mentees.ids, [*self.mentees]), np.isin(mentors.ids, [*self.mentors])
        found: Mask = rows[:, None] | columns[None, :]
        return found


@dataclass(frozen=True, slots=True)
class Question:
    """``not_ready``: by rule, which mentees and which mentors. ``listed``: by rule, pairs. The rest: see ``Modalities``.

    ``stands``: (the mentee's firm, the mentor's) of pairs that stand beside it. Peers are on both sides, each with one place.
    """

    form: str
    mentees: tuple[Mentee, ...]
    mentors: tuple[Mentor, ...]
    firms: tuple[Firm, ...] = ()
    across_firms: bool = False
    school_to_firm: bool = False
    common_language: bool = False
    seniority: tuple[int, int] | None = None
    minutes_apart: int | None = None
    functions: Literal["same", "different"] | None = None
    listed: dict[str, Pairs] = field(default_factory=dict)
    not_ready: dict[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)
    pins: Pairs = frozenset()
    forbids: Pairs = frozenset()
    previous: Pairs = frozenset()
    stands: tuple[tuple[int, int], ...] = ()

    @property
    def peers(self) -> bool:
        return self.form == Form.peer

    @property
    def rules(self) -> tuple[Rule, ...]:
        chosen: list[Rule | None] = [
            SamePerson(),
            OwnFirm() if self.across_firms else None,
            SchoolToFirm() if self.school_to_firm else None,
            LanguageInCommon() if self.common_language else None,
            SeniorityGap(*self.seniority) if self.seniority else None,
            ClockDistance(self.minutes_apart) if self.minutes_apart is not None else None,
            Sameness("function", self.functions) if self.functions else None,
            *(Listed(name, pairs) for name, pairs in sorted(self.listed.items()) if pairs),
            *(NotReady(name, *who) for name, who in sorted(self.not_ready.items()) if any(who)),
        ]
        return tuple(one for one in chosen if one is not None)

    def problem(self, priorities: Priorities) -> Problem:
        """As the engine wants it."""
        return Problem(
            Cohort(self.mentees, self.mentors, self.rules, priorities.criteria(self.form), self.peers),
            firms=self.firms,
            balance=None if self.peers else priorities.balance,
            between={} if self.peers or priorities.between is None else self._between(priorities.between),
            mode=Mode(priorities.first),
            minimum=priorities.minimum,
            pins=self.pins,
            forbids=self.forbids,
            previous=self.previous if priorities.stay_close else frozenset(),
        )

    def _between(self, most: int) -> dict[tuple[int, int], int]:
        """(giving firm, receiving firm) → what is left of ``most``, for those who could be more."""
        stands, gives = Counter((gives, receives) for receives, gives in self.stands), Counter[int]()
        for one in self.mentors:
            gives[one.firm] += one.capacity
        receives = Counter(one.firm for one in self.mentees)
        left = {(one, other): max(most - stands[one, other], 0) for one in gives for other in receives if one != other}
        return {two: room for two, room in left.items() if min(gives[two[0]], receives[two[1]]) > room}

    def packed(self) -> bytes:
        return zlib.compress(_ADAPTER.dump_json(self))


_ADAPTER = TypeAdapter(Question)


def unpacked(packed: bytes) -> Question:
    """What ``Question.packed`` put down."""
    return _ADAPTER.validate_json(zlib.decompress(packed))


def question_of(there: Candidates, *, pins: Pairs, forbids: Pairs, previous: Pairs) -> Question:
    """Whoever still looks for a pair, and the mentors with room; marks on anybody else no longer matter."""
    mentees, mentors = there.without_pair(), there.with_room()
    peers = there.form is Form.peer
    if peers:
        mentees = mentors
    here, theirs = {one.enrolment_id for one in mentees}, {one.enrolment_id for one in mentors}

    def still(pairs: Iterable[tuple[int, int]]) -> Pairs:
        return frozenset((a, b) for a, b in pairs if a in here and b in theirs)

    choices: dict[str, object] = {}
    listed: dict[str, Pairs] = {}
    not_ready: dict[str, tuple[frozenset[int], frozenset[int]]] = {}
    for rule in there.rules:
        match rule:
            case hard_rules.OwnFirm():
                choices["across_firms"] = True
            case hard_rules.SchoolToCompany():
                choices["school_to_firm"] = True
            case hard_rules.LanguageInCommon():
                choices["common_language"] = True
            case hard_rules.SeniorityGap(steps=steps):
                choices["seniority"] = _gap(there.form.value, steps)
            case hard_rules.HoursApart(most=most):
                choices["minutes_apart"] = most * 60
            case hard_rules.Functions(wanted=wanted):
                choices["functions"] = wanted
            case hard_rules.Apart(pairs=pairs) | hard_rules.NewPair(pairs=pairs):
                listed[rule.rule.value] = still(pairs)
            case hard_rules.NotAsked():
                listed[rule.rule.value] = (
                    frozenset((a.enrolment_id, b.enrolment_id) for a in mentees for b in mentors if rule.forbids(a, b))
                    if rule.between
                    else frozenset()
                )
            case hard_rules.Trained(sides=sides):
                not_ready[rule.rule.value] = (
                    frozenset(one.enrolment_id for one in mentees if one.side in sides and not one.trained),
                    frozenset(one.enrolment_id for one in mentors if one.side in sides and not one.trained),
                )
            case hard_rules.HasPage():
                without = [one for one in mentors if rule.forbids(one, one)]
                not_ready[rule.rule.value] = (frozenset(), frozenset(one.enrolment_id for one in without))
    listed["declined"] = _declined(there, mentees, mentors)
    return Question(
        form=there.form.value,
        mentees=tuple(Mentee(**_facts(one, there)) for one in mentees),
        mentors=tuple(Mentor(**_facts(one, there), capacity=1 if peers else there.places_left(one)) for one in mentors),
        firms=_firms(there),
        listed=listed,
        not_ready=not_ready,
        pins=still(pins),
        forbids=still(forbids),
        previous=still(previous),
        stands=tuple(sorted(there.taken.firms)),
        **choices,  # type: ignore[arg-type]
    )


def _declined(there: Candidates, mentees: Iterable[Candidate], mentors: Iterable[Candidate]) -> Pairs:
    """Who was proposed or asked before, in vain: not again, unless somebody pairs them by hand."""
    over = {(one.mentee_person_id, one.mentor_person_id) for one in there.pairs if one.state in NO and not one.undone}
    if not over:
        return frozenset()
    return frozenset(
        (a.enrolment_id, b.enrolment_id) for a in mentees for b in mentors if (a.person_id, b.person_id) in over
    )


def _facts(one: Candidate, there: Candidates) -> dict[str, Any]:
    ranked = sorted((rank, other) for (whose, other), rank in there.wishes.items() if whose == one.enrolment_id)
    return {
        "id": one.enrolment_id,
        "person": one.person_id,
        "firm": one.firm_id,
        "languages": frozenset(one.languages),
        "seniority": RANKS.get(one.seniority),
        "function": one.function,
        "offset": one.utc_minutes,
        "of_school": one.of_school,
        # Two peers who work on the same have that to offer each other.
        "offers": frozenset(one.skills) | frozenset(one.goals if one.side is Side.peer else ()),
        "seeks": frozenset(one.goals),
        "wishes": tuple(other for _rank, other in ranked),
    }


def _firms(there: Candidates) -> tuple[Firm, ...]:
    """How many more of its mentees a firm may have matched. How many mentors it gives was counted when they were enrolled."""
    left: dict[int, int] = {}
    for rule in there.rules:
        if isinstance(rule, hard_rules.Quotas):
            for one in there.mentees:
                if one.quota is not None:
                    left[one.firm_id] = max(one.quota - rule.mentees.get(one.firm_id, 0), 0)
    return tuple(Firm(id=firm, receives=most) for firm, most in sorted(left.items()))


def _gap(form: str, steps: int) -> tuple[int, int]:
    """Mentor's step less mentee's, at least and at most."""
    if form == "peer":
        return (-steps, steps)
    return (-WIDEST, -steps) if form == "reverse" else (steps, WIDEST)
