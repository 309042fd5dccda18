"""The modalities of a programme: every choice that defines it, as one checked value.

Kept as JSON in the programme's row and as YAML in a template; both are read by the same model, so that what a template may
say and what the designer's sheet may say cannot drift apart.
"""

from __future__ import annotations

import enum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from marketplace.vocabulary import CADENCES, FUNCTIONS, SENIORITIES

SCHEMA = 1
"""The version of this model. A template of a higher one was written by a newer release, and is refused by name."""


class Form(enum.StrEnum):
    informal = "informal"
    organised = "organised"
    external = "external"
    peer = "peer"
    reverse = "reverse"
    cross_company = "cross_company"
    board = "board"


ACROSS_FIRMS = frozenset({Form.external, Form.cross_company, Form.board})
"""Forms in which nobody is matched with somebody of their own organisation."""


class Side(enum.StrEnum):
    """What somebody is in a cohort. In the peer form everybody is a peer."""

    mentor = "mentor"
    mentee = "mentee"
    peer = "peer"


class Phase(enum.StrEnum):
    """In this order."""

    call = "call"
    nomination = "nomination"
    application = "application"
    approval = "approval"
    training = "training"
    matching = "matching"
    launch = "launch"
    mid_point = "mid_point"
    closing = "closing"
    alumni = "alumni"


class Choices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Choices):
    """A text of the programme's own, in one language or both; a reader gets theirs, else the other."""

    en: str = ""
    fr: str = ""

    def __bool__(self) -> bool:
        return bool(self.en or self.fr)

    def text(self, locale: str) -> str:
        return (self.fr or self.en) if locale.startswith("fr") else (self.en or self.fr)


class Condition(Choices):
    """One condition of eligibility; all of a side's hold together.

    ``any_of`` holds organisations' numbers, roles, seniorities or functions, by ``on``. A ``statement`` is in the programme's
    own words, and whoever nominates or applies says that it is true.
    """

    on: Literal["organisation", "role", "seniority", "function", "statement"]
    any_of: tuple[str, ...] = ()
    statement: Words = Words()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.on == "statement":
            if not self.statement or self.any_of:
                raise ValueError("a statement has words, and nothing to choose from")
            return self
        if not self.any_of or self.statement:
            raise ValueError("name at least one that is eligible")
        known = {"seniority": SENIORITIES, "function": FUNCTIONS}.get(self.on)
        if known is not None and (unknown := [slug for slug in self.any_of if slug not in known]):
            raise ValueError(f"unknown {self.on}: {', '.join(unknown)}")
        return self


class Indicator(Choices):
    """What the programme will be judged by; ``target`` in its ``unit``."""

    name: Words
    target: int | None = Field(None, ge=0, le=1_000_000)
    unit: Literal["people", "pairs", "percent", "meetings"] = "percent"


class SideRules(Choices):
    """Who may take part on one side, and what they learn first. ``places`` of the whole cohort; None: as many as come."""

    eligibility: tuple[Condition, ...] = ()
    places: int | None = Field(None, ge=1, le=100_000)
    training: Literal["none", "before_matching", "offered"] = "none"


class Quota(Choices):
    """How many mentors a firm may give and mentees it may send; ``balance``: how far the two may differ. None: no limit."""

    mentors: int | None = Field(None, ge=0, le=10_000)
    mentees: int | None = Field(None, ge=0, le=10_000)
    balance: int | None = Field(None, ge=0, le=10_000)


class Timing(Choices):
    """When a phase begins, in days from the launch (the launch itself is 0), and whether the date or a hand opens it."""

    phase: Phase
    day: int = Field(ge=-730, le=1460)
    by: Literal["date", "hand"] = "date"


class CircleSize(Choices):
    """In the peer form: how many meet. Two is a pair."""

    least: int = Field(2, ge=2, le=6)
    most: int = Field(2, ge=2, le=6)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            raise ValueError("the least is more than the most")
        return self


class Limits(Choices):
    """What a pair must be like beyond what its form asks; nothing: not asked for.

    ``seniority_gap``: steps that the mentor is ahead at least (reverse: behind; peers: apart at most). ``hours_apart``: between
    their clocks at most. ``new_pairs``: nobody whom one was paired with in an earlier cohort. ``functions``: what the two work in
    has to be the same, or has to differ, where both have said it.
    """

    common_language: bool = False
    seniority_gap: int | None = Field(None, ge=0, le=5)
    hours_apart: int | None = Field(None, ge=0, le=12)
    new_pairs: bool = False
    functions: Literal["any", "same", "different"] = "any"


Moment = Literal["start", "mid_point", "end", "after_12_months", "after_24_months"]


class Modalities(Choices):
    """Everything that defines a programme.

    ``centralised``: the organisation that runs it matches; otherwise each firm matches its own mentees. ``matching``: people
    find each other among the cohort's mentors, or the committee pairs them, or either. ``employer_approval``: the employer
    says yes before somebody is in. ``firms_say_yes``: a pair that a committee proposes is put to the firms of both before the two
    are asked. ``manager_view``: the line manager is asked what they think. ``decide_within``: days in
    which those who run it decide; after them they are reminded. ``months``: how long a
    mentorship lasts. ``agreement``: rules that every pair of the programme signs; empty: the organisation's own.
    """

    form: Form
    aims: Words = Words()
    audience: Words = Words()
    indicators: tuple[Indicator, ...] = ()
    mentors: SideRules = SideRules()
    mentees: SideRules = SideRules()
    centralised: bool = True
    matching: Literal["self", "hand", "both"] = "both"
    ways_in: tuple[Literal["nomination", "application"], ...] = ("nomination", "application")
    employer_approval: bool = False
    firms_say_yes: bool = False
    manager_view: bool = False
    decide_within: int = Field(7, ge=1, le=60)
    quota: Quota = Quota()
    months: int = Field(12, ge=1, le=36)
    cadence: str = "monthly"
    open_requests: int = Field(3, ge=1, le=20)
    circle: CircleSize = CircleSize()
    limits: Limits = Limits()
    agreement: Words = Words()
    safeguarding: Words = Words()
    evaluation: tuple[Moment, ...] = ("start", "mid_point", "end")
    timeline: Annotated[tuple[Timing, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.cadence not in CADENCES:
            raise ValueError(f"unknown cadence: {self.cadence}")
        order = list(Phase)
        phases = [timing.phase for timing in self.timeline]
        if len(set(phases)) != len(phases):
            raise ValueError("a phase appears twice in the timeline")
        if Phase.launch not in phases:
            raise ValueError("the timeline has no launch")
        if sorted(phases, key=order.index) != phases:
            raise ValueError("the phases of the timeline are not in their order")
        days = [timing.day for timing in self.timeline]
        if days != sorted(days):
            raise ValueError("a phase begins before the one that it follows")
        if next(timing.day for timing in self.timeline if timing.phase is Phase.launch) != 0:
            raise ValueError("days are counted from the launch, so its own day is 0")
        return self

    @property
    def sides(self) -> tuple[Side, ...]:
        return (Side.peer,) if self.form is Form.peer else (Side.mentor, Side.mentee)

    def rules(self, side: Side) -> SideRules:
        """What holds for ``side``; peers follow the mentees' rules."""
        return self.mentors if side is Side.mentor else self.mentees
