"""What the bench says of criteria, of rules and of who is left over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.programmes.modalities import Form


@dataclass(frozen=True, slots=True)
class Sides:
    """How those at a bench stand to each other, and what their columns are called. ``pool``: everybody may be with everybody.

    A pair is written (mentee's enrolment, mentor's); of a pool, the one who enrolled first stands in the mentee's place.
    """

    pool: bool
    one: Any
    other: Any
    one_says: Any
    other_says: Any
    instead: Any

    def pair(self, one: int, other: int) -> tuple[int, int]:
        """As it is written, in whichever order the two of a pool come."""
        return (min(one, other), max(one, other)) if self.pool else (one, other)

    def once(self, pair: tuple[int, int]) -> tuple[int, ...]:
        """Whoever of the two is in no other pair."""
        return pair if self.pool else pair[:1]


_TWO_SIDES = Sides(
    False, _l("Mentee"), _l("Mentor"), _l("The mentee says"), _l("The mentor says"), _l("Another mentor instead")
)
_POOL = Sides(True, _l("Peer"), _l("With"), _l("The first says"), _l("The second says"), _l("Somebody else instead"))


def sides_of(form: Form) -> Sides:
    return _POOL if form is Form.peer else _TWO_SIDES


# Of peers by name: %(first)s and %(second)s.
CRITERIA = {
    "goals": _l("What the mentee works on, and the mentor offers"),
    "sought_by_mentor": _l("What the mentor looks for, and the mentee brings"),
    "wish_of_mentee": _l("The mentee’s wishes"),
    "wish_of_mentor": _l("The mentor’s wishes"),
    "goals_of_first": _l("What %(first)s works on, and %(second)s offers or works on too"),
    "goals_of_second": _l("What %(second)s works on, and %(first)s offers or works on too"),
    "wish_of_first": _l("Whom %(first)s wishes for"),
    "wish_of_second": _l("Whom %(second)s wishes for"),
    "languages": _l("Languages in common"),
    "time_zone": _l("Clocks close to each other"),
    "seniority": _l("Distance in seniority"),
    "other_function": _l("A view from another function"),
}

FIRST = {
    "headcount_first": _l("As many pairs as possible, then the best of these"),
    "score_first": _l("The best pairs, even if fewer people have one"),
}

RULES = {
    "same_person": _l("the same person on both sides"),
    "own_firm": _l("the same organisation"),
    "direction": _l("not from a company to a school"),
    "language": _l("no language in common"),
    "seniority": _l("the distance in seniority"),
    "time_zone": _l("clocks too far apart"),
    "same_function": _l("not the same function"),
    "different_function": _l("the same function"),
    "apart": _l("cannot be paired"),
    "earlier": _l("a pair in an earlier cohort"),
    "asked": _l("a request under way between them"),
    "declined": _l("asked before, in vain"),
    "training": _l("training not completed"),
    "page": _l("no mentor page yet"),
    "forbidden": _l("kept apart by the committee"),
    "minimum": _l("fewer points than the least you allow"),
    "no_place": _l("no place left"),
    "balance": _l("further off the balance than you allow"),
    "pinned": _l("pinned to somebody else"),
}

NEVER_BY_NAME = frozenset({"apart", "asked"})
"""Rules of which only the number is told: by name they would tell who declared what, or who writes to whom."""

FAULTS = {
    "pinned_twice": _l("%(mentees)s is pinned to %(asked)s people: %(mentors)s. Take all pins but one back."),
    "pin_forbidden": _l("%(mentees)s and %(mentors)s are pinned, and cannot be a pair: %(rules)s. Take the pin back."),
    "capacity": _l(
        "Places of %(mentors)s: %(allowed)s. Pinned to them: %(mentees)s. Take pins back, or ask for another place."
    ),
    "gives": _l("Places that the firm of %(mentors)s may give: %(allowed)s. Pinned: %(asked)s."),
    "receives": _l("People that the firm of %(mentees)s may have matched: %(allowed)s. Pinned: %(asked)s."),
    "gives_floor": _l("Places that a firm is to give at least: %(asked)s. That it may give: %(allowed)s."),
    "receives_floor": _l("Mentees that a firm is to have matched at least: %(asked)s. That it may have: %(allowed)s."),
    "limit": _l("The pins ask %(asked)s of what is limited to %(allowed)s."),
    "balance": _l(
        "The pins are so far off the balance that no other pairs mend it. Take pins back, or allow more difference."
    ),
}

WHY = {
    "mentee": {
        "blocked": _l("Nobody may be their mentor"),
        "crowded_out": _l("Too few places for too many"),
        "priced_out": _l("A pair would cost the others more"),
    },
    "mentor": {
        "blocked": _l("No mentee may be theirs"),
        "unneeded": _l("More places than are needed"),
        "priced_out": _l("A pair would cost the others more"),
    },
    "peer": {
        "blocked": _l("Nobody may be paired with them"),
        "crowded_out": _l("More of them than can be paired"),
        "priced_out": _l("A pair would cost the others more"),
    },
}
"""Why somebody is left over, by what they are."""

PRICED_OUT = {
    "mentee": _l("There is a place, but the match as a whole would lose: %(cost)s"),
    "mentor": _l("Somebody may be theirs, but the match as a whole would lose: %(cost)s"),
    "peer": _l("There is somebody for them, but the match as a whole would lose: %(cost)s"),
}

NEXT = {
    "mentee": _l("Next for the mentee: %(name)s (%(points)s). The match as a whole: %(cost)s."),
    "mentor": _l("Next for the mentor: %(name)s (%(points)s). The match as a whole: %(cost)s."),
    "first": _l("Next for %(who)s: %(name)s (%(points)s). The match as a whole: %(cost)s."),
    "second": _l("Next for %(who)s: %(name)s (%(points)s). The match as a whole: %(cost)s."),
}
"""By whose reasons they are; of peers for each of the two."""

LEFT = {
    "mentee": _l("Left over"),
    "mentor": _l("Mentors without a mentee"),
    "peer": _l("Left over"),
}

ALONE = {
    "mentee": _l("%(name)s, a mentee without a pair"),
    "mentor": _l("%(name)s, a mentor without a pair"),
    "peer": _l("%(name)s, without a pair"),
}

# What the two of a proposed pair read. Wishes are told to the committee alone, and scores to nobody else.
BECAUSE = {
    "goals": _l("What one of you works on, the other offers: %(words)s."),
    "sought_by_mentor": _l("What the mentor hopes to meet, the mentee brings: %(words)s."),
    "goals_of_either": _l("What one of you works on, the other offers or works on too: %(words)s."),
    "languages": _l("You both speak %(words)s."),
    "time_zone": _l("Your clocks are close to each other."),
    "seniority": _l("Your experience lies as far apart as the programme hopes."),
    "other_function": _l("You work in different functions, so each brings a view from outside."),
}
