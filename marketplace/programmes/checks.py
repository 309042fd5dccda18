"""What a programme's design says about itself: facts in, remarks out. Reads nothing and writes nothing."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marketplace.programmes.modalities import ACROSS_FIRMS, Form, Modalities, Phase, Side, SideRules


class Weight(enum.StrEnum):
    """A ``stop`` must be mended before the programme opens; a ``hint`` may stay."""

    stop = "stop"
    hint = "hint"


@dataclass(frozen=True, slots=True)
class Remark:
    """``code`` names the sentence (``sheet_words.remark_sentence``), ``values`` fill it, ``section`` is where to mend it."""

    weight: Weight
    code: str
    section: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """An organisation that takes part: its own quota (None: the programme's), and how many of its people are in cohorts
    that run.
    """

    firm_id: int
    name: str
    is_school: bool = False
    max_mentors: int | None = None
    max_mentees: int | None = None
    mentors: int = 0
    mentees: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """``eligible``: how many people of the parties meet a side's rules; a side without an entry: fewer than five.

    ``asked``: organisations that have yet to answer.
    """

    name_en: str
    name_fr: str
    modalities: Modalities
    parties: tuple[PartyFacts, ...] = ()
    asked: int = 0
    eligible: Mapping[Side, int] = field(default_factory=dict)


def remarks(facts: Facts) -> tuple[Remark, ...]:
    """Every remark, stops first, in the order of the sheet."""
    found = [remark for check in CHECKS for remark in check(facts)]
    return tuple(sorted(found, key=lambda remark: remark.weight is Weight.hint))


def stops(facts: Facts) -> tuple[Remark, ...]:
    return tuple(remark for remark in remarks(facts) if remark.weight is Weight.stop)


BELOW = frozenset({"quota_below_enrolled", "places_below_enrolled"})
"""What not even a draft may say: the people are there."""


def refusals(facts: Facts, *, is_open: bool) -> tuple[Remark, ...]:
    """The stops with which a design cannot be kept: all of them while it is open, those about people who are there always."""
    return tuple(remark for remark in stops(facts) if is_open or remark.code in BELOW)


def _stop(code: str, section: str, **values: Any) -> Remark:
    return Remark(Weight.stop, code, section, values)


def _hint(code: str, section: str, **values: Any) -> Remark:
    return Remark(Weight.hint, code, section, values)


def _texts(facts: Facts) -> Iterator[Remark]:
    for language, name in (("en", facts.name_en), ("fr", facts.name_fr)):
        if not name:
            yield _stop("name_missing", "names", language=language)
    for label in ("aims", "audience", "agreement", "safeguarding"):
        words = getattr(facts.modalities, label)
        for language in ("en", "fr"):
            if words and not getattr(words, language):
                yield _hint("text_missing", "aims", text=label, language=language)
    if not facts.modalities.aims:
        yield _stop("no_aims", "aims")
    if not facts.modalities.indicators:
        yield _hint("no_indicators", "aims")
    if facts.modalities.form is Form.external and not facts.modalities.safeguarding:
        yield _stop("no_safeguarding", "agreement")


def _parties(facts: Facts) -> Iterator[Remark]:
    form = facts.modalities.form
    firms = [party for party in facts.parties if not party.is_school]
    schools = [party for party in facts.parties if party.is_school]
    if not facts.parties:
        yield _stop("nobody_takes_part", "parties", asked=facts.asked)
    elif form is Form.external and not (firms and schools):
        yield _stop("no_school" if firms else "no_firm", "parties", asked=facts.asked)
    elif form in ACROSS_FIRMS - {Form.external} and len(firms) < 2:
        yield _stop("one_firm", "parties", firm=facts.parties[0].name, asked=facts.asked)
    elif not facts.modalities.centralised and form in ACROSS_FIRMS and facts.modalities.matching == "hand":
        yield _hint("each_firm_alone", "form")


def _eligibility(facts: Facts) -> Iterator[Remark]:
    members = {str(party.firm_id) for party in facts.parties}
    for side in facts.modalities.sides:
        rules, section = facts.modalities.rules(side), section_of(side)
        if members and _excludes_all(rules, members):
            yield _stop("excludes_all", section, side=side)
        elif members and rules.eligibility and side not in facts.eligible:
            yield _hint("few_eligible", section, side=side)
        elif rules.places and facts.eligible.get(side, rules.places) < rules.places:
            yield _hint("fewer_than_places", section, side=side, count=facts.eligible[side], places=rules.places)


def _excludes_all(rules: SideRules, members: set[str]) -> bool:
    """No answer to one question can meet every condition on it."""
    left: dict[str, set[str]] = {"organisation": set(members)}
    for condition in rules.eligibility:
        if condition.on != "statement":
            left[condition.on] = left.get(condition.on, set(condition.any_of)) & set(condition.any_of)
    return not all(left.values())


def section_of(side: Side) -> str:
    return "mentors" if side is Side.mentor else "mentees"


def _places(facts: Facts) -> Iterator[Remark]:
    """How many come on each side, by the sheet's own figures, or the sum of what the firms may bring."""
    if facts.modalities.form is Form.peer:
        yield from _circles(facts)
        return
    mentees, mentors = _expected(facts, Side.mentee), _expected(facts, Side.mentor)
    if mentees is None or mentors is None:
        return
    if mentees > mentors:
        yield _hint("would_wait", "mentors", mentees=mentees, places=mentors, count=mentees - mentors)
    elif mentors > mentees:
        yield _hint("mentors_unused", "mentees", mentees=mentees, places=mentors, count=mentors - mentees)
    if mentors == 0:
        yield _stop("no_mentors", "quotas")
    if mentees == 0:
        yield _stop("no_mentees", "quotas")


def _circles(facts: Facts) -> Iterator[Remark]:
    places, least = facts.modalities.mentees.places, facts.modalities.circle.least
    if places is not None and places < least:
        yield _stop("circle_too_small", "form", places=places, least=least)


def _expected(facts: Facts, side: Side) -> int | None:
    places = facts.modalities.rules(side).places
    brought = [_quota(facts, party, side) for party in facts.parties]
    total = None if not brought or None in brought else sum(one or 0 for one in brought)
    known = [figure for figure in (places, total) if figure is not None]
    return min(known) if known else None


def _quota(facts: Facts, party: PartyFacts, side: Side) -> int | None:
    own = party.max_mentors if side is Side.mentor else party.max_mentees
    if own is not None:
        return own
    return facts.modalities.quota.mentors if side is Side.mentor else facts.modalities.quota.mentees


def _quotas(facts: Facts) -> Iterator[Remark]:
    for party in facts.parties:
        for side, there in ((Side.mentor, party.mentors), (Side.mentee, party.mentees)):
            quota = _quota(facts, party, side)
            if quota is not None and quota < there:
                yield _stop("quota_below_enrolled", "quotas", firm=party.name, side=side, quota=quota, count=there)
    for side in facts.modalities.sides:
        places = facts.modalities.rules(side).places
        there = sum(party.mentors if side is Side.mentor else party.mentees for party in facts.parties)
        if places is not None and places < there:
            yield _stop("places_below_enrolled", section_of(side), side=side, places=places, count=there)


def _ways(facts: Facts) -> Iterator[Remark]:
    chosen, phases = facts.modalities, {timing.phase for timing in facts.modalities.timeline}
    if not chosen.ways_in:
        yield _stop("no_way_in", "approval")
    for way, phase in (("nomination", Phase.nomination), ("application", Phase.application)):
        if way in chosen.ways_in and phase not in phases:
            yield _hint("way_without_phase", "timeline", phase=phase)
        if way not in chosen.ways_in and phase in phases:
            yield _hint("phase_without_way", "timeline", phase=phase)
    if chosen.employer_approval and Phase.approval not in phases:
        yield _hint("way_without_phase", "timeline", phase=Phase.approval)


def _training(facts: Facts) -> Iterator[Remark]:
    days = {timing.phase: timing.day for timing in facts.modalities.timeline}
    sides = [side for side in facts.modalities.sides if facts.modalities.rules(side).training == "before_matching"]
    if sides and Phase.training not in days:
        yield _stop("no_training", "timeline", side=sides[0])
    elif sides and Phase.matching in days and days[Phase.matching] == days[Phase.training]:
        yield _hint("no_time_to_train", "timeline")


def _timeline(facts: Facts) -> Iterator[Remark]:
    chosen = facts.modalities
    days = [timing.day for timing in chosen.timeline]
    if days != sorted(days):
        yield _stop("circular_dates", "timeline")
        return
    by_phase = {timing.phase: timing.day for timing in chosen.timeline}
    lasts = chosen.months * 30
    if Phase.closing in by_phase and by_phase[Phase.closing] < lasts - 15:
        yield _hint("closes_early", "timeline", months=chosen.months, closing=round(by_phase[Phase.closing] / 30))
    if Phase.closing not in by_phase:
        yield _hint("no_closing", "timeline")
    if not chosen.evaluation:
        yield _hint("no_evaluation", "evaluation")
    elif "mid_point" in chosen.evaluation and Phase.mid_point not in by_phase:
        yield _hint("no_mid_point", "timeline")


CHECKS = (_texts, _parties, _eligibility, _places, _ways, _quotas, _training, _timeline)
