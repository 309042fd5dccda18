"""The hard rules of a cohort as named objects: each says of two people whether it forbids the pair, and knows nothing else.

Plain frozen values: whatever pairs by calculation asks the same objects as the committee's page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from marketplace.pairing.rules import Rule
from marketplace.programmes.modalities import ACROSS_FIRMS, Form, Modalities, Side
from marketplace.vocabulary import SENIORITIES

if TYPE_CHECKING:
    from marketplace.pairing.candidates import Candidate

RANKS: Mapping[str, int] = {term.slug: rank for rank, term in enumerate(SENIORITIES)}
"""Seniorities from the first job upwards."""


class HardRule(Protocol):
    """``rule`` is its name, and ``REFUSALS`` says it in words."""

    @property
    def rule(self) -> Rule: ...

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool: ...


@dataclass(frozen=True, slots=True)
class SamePerson:
    rule: ClassVar[Rule] = Rule.same_person

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        return mentee.person_id == mentor.person_id


@dataclass(frozen=True, slots=True)
class OwnFirm:
    rule: ClassVar[Rule] = Rule.own_firm

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        return mentee.firm_id == mentor.firm_id


@dataclass(frozen=True, slots=True)
class SchoolToCompany:
    """The direction of the external form: a student is accompanied by somebody of a company."""

    rule: ClassVar[Rule] = Rule.school

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        return not mentee.of_school or mentor.of_school


@dataclass(frozen=True, slots=True)
class Apart:
    """A conflict, a block or an opt-out, by either side. Which of them it is leaves the database for nobody.

    ``pairs``: (mentee's enrolment, mentor's).
    """

    pairs: frozenset[tuple[int, int]]
    rule: ClassVar[Rule] = Rule.apart

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        return (mentee.enrolment_id, mentor.enrolment_id) in self.pairs


@dataclass(frozen=True, slots=True)
class Trained:
    """``sides``: those that complete their training before they are matched."""

    sides: frozenset[Side]
    rule: ClassVar[Rule] = Rule.training

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        return any(one.side in self.sides and not one.trained for one in (mentee, mentor))


@dataclass(frozen=True, slots=True)
class HasPage:
    rule: ClassVar[Rule] = Rule.page

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        del mentee
        return not mentor.has_page and mentor.side is not Side.peer


@dataclass(frozen=True, slots=True)
class LanguageInCommon:
    """Of two who both say what they speak."""

    rule: ClassVar[Rule] = Rule.language

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        one, other = set(mentee.languages), set(mentor.languages)
        return bool(one and other and one.isdisjoint(other))


@dataclass(frozen=True, slots=True)
class SeniorityGap:
    """How many steps the mentor is ahead of the mentee at least; in the reverse form, behind; of peers, apart at most.

    Somebody whose seniority is not known is not measured by it.
    """

    steps: int
    form: Form
    rule: ClassVar[Rule] = Rule.seniority

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        if mentee.seniority not in RANKS or mentor.seniority not in RANKS:
            return False
        ahead = RANKS[mentor.seniority] - RANKS[mentee.seniority]
        if self.form is Form.peer:
            return abs(ahead) > self.steps
        return (-ahead if self.form is Form.reverse else ahead) < self.steps


@dataclass(frozen=True, slots=True)
class HoursApart:
    """How far apart their clocks are at most, in hours, on the day of the launch."""

    most: int
    rule: ClassVar[Rule] = Rule.hours

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        return abs(mentee.utc_minutes - mentor.utc_minutes) > self.most * 60


@dataclass(frozen=True, slots=True)
class Functions:
    """What two work in, where both have said it, has to be the ``same`` or ``different``."""

    wanted: Literal["same", "different"]
    rule: ClassVar[Rule] = Rule.functions

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        said = mentee.function and mentor.function
        return bool(said) and (mentee.function == mentor.function) != (self.wanted == "same")


@dataclass(frozen=True, slots=True)
class NewPair:
    """``pairs`` (enrolments) were a pair in a cohort of the same organisation before."""

    pairs: frozenset[tuple[int, int]]
    rule: ClassVar[Rule] = Rule.earlier

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        return (mentee.enrolment_id, mentor.enrolment_id) in self.pairs


@dataclass(frozen=True, slots=True)
class WithoutPair:
    """``people`` have their pair here, or a proposal that waits for an answer."""

    people: frozenset[int]
    rule: ClassVar[Rule] = Rule.paired

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        del mentor
        return mentee.person_id in self.people


@dataclass(frozen=True, slots=True)
class NotAsked:
    """``between``: who has a request under way, or a pair, with whom (persons)."""

    between: frozenset[tuple[int, int]]
    rule: ClassVar[Rule] = Rule.asked

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        pair = (mentee.person_id, mentor.person_id)
        return pair in self.between or pair[::-1] in self.between


@dataclass(frozen=True, slots=True)
class Places:
    """``left``: places by mentor's enrolment, less what open proposals would take."""

    left: Mapping[int, int]
    rule: ClassVar[Rule] = Rule.places

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        del mentee
        return self.left.get(mentor.enrolment_id, 0) <= 0


@dataclass(frozen=True, slots=True)
class Quotas:
    """What firms have taken up of what they may send and give. ``counted``: mentors who are in their firm's figure already."""

    mentees: Mapping[int | None, int]
    mentors: Mapping[int | None, int]
    counted: frozenset[int]
    rule: ClassVar[Rule] = Rule.quota

    def forbids(self, mentee: Candidate, mentor: Candidate) -> bool:
        if mentee.quota is not None and self.mentees.get(mentee.firm_id, 0) >= mentee.quota:
            return True
        if mentor.person_id in self.counted or mentor.quota is None:
            return False
        return self.mentors.get(mentor.firm_id, 0) >= mentor.quota


def of_modalities(
    modalities: Modalities, apart: frozenset[tuple[int, int]], earlier: frozenset[tuple[int, int]]
) -> tuple[HardRule, ...]:
    """The rules that the form and the sheet ask for, in the order in which they are named; states come after them."""
    form, limits = modalities.form, modalities.limits
    before = frozenset(side for side in Side if modalities.rules(side).training == "before_matching")
    found: list[HardRule | None] = [
        SamePerson(),
        OwnFirm() if form in ACROSS_FIRMS else None,
        SchoolToCompany() if form is Form.external else None,
        Apart(apart),
        Trained(before) if before else None,
        HasPage(),
        LanguageInCommon() if limits.common_language else None,
        SeniorityGap(limits.seniority_gap, form) if limits.seniority_gap is not None else None,
        HoursApart(limits.hours_apart) if limits.hours_apart is not None else None,
        Functions(limits.functions) if limits.functions != "any" else None,
        NewPair(earlier) if limits.new_pairs else None,
    ]
    return tuple(one for one in found if one is not None)
