"""Invented cohorts and problems by seed: the same seed, the same people on every machine."""

from __future__ import annotations

import random
from typing import Any

from marketplace.matching import criteria, rules
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.model import Cohort, Mode, Problem

WORDS = "finance law data sales people risk audit design board growth".split()
LANGUAGES = "en fr de".split()
FUNCTIONS = "", "finance", "legal", "operations"

CRITERIA: tuple[criteria.Criterion, ...] = (
    criteria.Goals(3000),
    criteria.Goals(1500, criteria.View.mentor),
    criteria.Wish(2000),
    criteria.Wish(1000, criteria.View.mentor),
    criteria.Languages(500),
    criteria.NearClock(500),
    criteria.Seniority(1000),
    criteria.OtherFunction(500),
)


def words(chance: random.Random, choice: list[str], most: int) -> frozenset[str]:
    return frozenset(chance.sample(choice, chance.randint(0, most)))


def members(chance: random.Random, ids: list[int], others: list[int], firms: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": own,
            "person": chance.randrange(10_000) if chance.random() < 0.9 else chance.randrange(5),
            "firm": chance.randrange(firms) + 1,
            "languages": words(chance, LANGUAGES, 2),
            "seniority": chance.choice([None, 1, 2, 3, 4, 5, 6]),
            "function": chance.choice(FUNCTIONS),
            "gender": chance.choice(["", "woman", "man"]),
            "offset": chance.choice([None, 0, 60, -300, 540, 720, -660]),
            "of_school": chance.random() < 0.5,
            "offers": words(chance, WORDS, 5),
            "seeks": words(chance, WORDS, 4),
            "wishes": tuple(chance.sample(others, min(len(others), chance.randint(0, 6)))),
            "avoids": frozenset(chance.sample(range(1, firms + 1), 1)) if chance.random() < 0.1 else frozenset(),
        }
        for own in ids
    ]


def cohort(seed: int, mentees: int, mentors: int, firms: int = 4, *, every_rule: bool = False) -> Cohort:
    """People with random profiles; ``every_rule``: all rules there are, otherwise some that leave room."""
    chance = random.Random(seed)
    mentee_ids = chance.sample(range(1, 10 * mentees + 10), mentees)
    mentor_ids = chance.sample(range(1, 10 * mentors + 10), mentors)
    taking = tuple(Mentee(**one) for one in members(chance, mentee_ids, mentor_ids, firms))
    giving = []
    for one in members(chance, mentor_ids, mentee_ids, firms):
        capacity = chance.choice([0, 1, 1, 1, 2, 3, 5])
        giving.append(Mentor(**one, capacity=capacity, least=min(capacity, chance.choice([0, 0, 0, 1]))))
    some: tuple[rules.Rule, ...] = (
        rules.SamePerson(),
        rules.OwnFirm(),
        rules.Conflict(frozenset({(1, 2)})),
        rules.OptOut(),
    )
    if every_rule:
        pairs = [(chance.choice(taking), chance.choice(giving)) for _ in range(mentees)] if mentees and mentors else []
        some += (
            rules.hierarchy((one.person, other.person) for one, other in pairs[::3]),
            rules.blocks((other.person, one.person) for one, other in pairs[1::3]),
            rules.Listed("apart", frozenset((one.id, other.id) for one, other in pairs[2::3])),
            rules.LanguageInCommon(),
            rules.SeniorityGap(-1, 4),
            rules.ClockDistance(600),
            rules.Sameness("function", "different"),
            rules.Sameness("gender", "same"),
        )
        if chance.random() < 0.2:
            some += (rules.SchoolToFirm(),)
    return Cohort(taking, tuple(giving), some, CRITERIA)


def problem(seed: int, mentees: int, mentors: int, firms: int = 4, *, every_rule: bool = False) -> Problem:
    """A cohort with quotas, balance, pins, forbids and a previous proposal, each of them now and then."""
    chance = random.Random(seed + 1)
    made = cohort(seed, mentees, mentors, firms, every_rule=every_rule)
    some = [(one.id, other.id) for one in made.mentees for other in made.mentors]
    chance.shuffle(some)
    asked: dict[str, Any] = {"mode": chance.choice(list(Mode)), "minimum": chance.choice([0, 0, 1500])}
    if chance.random() < 0.6:
        asked["firms"] = tuple(_firm(chance, number) for number in range(1, firms + 1) if chance.random() < 0.7)
    if chance.random() < 0.5:
        asked["balance"] = chance.choice([0, 1, 2])
    asked["forbids"] = frozenset(some[: chance.choice([0, 0, 3])])
    if chance.random() < 0.5:
        asked["previous"] = frozenset(dict(some[-mentees:]).items())
    if chance.random() < 0.4:
        bare = Problem(made)
        pins: dict[int, int] = {}
        for mentee, mentor in some[5 : 5 + chance.choice([1, 2])]:
            used = sum(other == mentor for other in pins.values())
            room = made.mentor(mentor).capacity - used
            if mentee not in pins and room > 0 and not bare.obstacles(mentee, mentor):
                pins[mentee] = mentor
        asked["pins"] = frozenset(pins.items()) - asked["forbids"]
    return Problem(made, **asked)


def _firm(chance: random.Random, number: int) -> Firm:
    gives, receives = chance.choice([None, 0, 1, 2, 4]), chance.choice([None, 0, 1, 2, 4])
    return Firm(
        id=number,
        gives=gives,
        receives=receives,
        gives_least=chance.choice([0, 0, 1]) if gives != 0 else 0,
        receives_least=min(chance.choice([0, 0, 2]), 2 if receives is None else receives),
    )
