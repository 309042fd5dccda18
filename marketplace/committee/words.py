"""What the bench says of criteria, of rules and of who is left over."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

CRITERIA = {
    "goals": _l("What the mentee works on, and the mentor offers"),
    "sought_by_mentor": _l("What the mentor looks for, and the mentee brings"),
    "wish_of_mentee": _l("The mentee’s wishes"),
    "wish_of_mentor": _l("The mentor’s wishes"),
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
    "pinned_twice": _l("%(mentees)s is pinned to %(asked)s mentors: %(mentors)s. Take all pins but one back."),
    "pin_forbidden": _l("%(mentees)s and %(mentors)s are pinned, and cannot be a pair: %(rules)s. Take the pin back."),
    "capacity": _l(
        "Places of %(mentors)s: %(allowed)s. Pinned to them: %(mentees)s. Take pins back, or ask for another place."
    ),
    "gives": _l("Places that the firm of %(mentors)s may give: %(allowed)s. Pinned: %(asked)s."),
    "receives": _l("Mentees that the firm of %(mentees)s may have matched: %(allowed)s. Pinned: %(asked)s."),
    "gives_floor": _l("Places that a firm is to give at least: %(asked)s. That it may give: %(allowed)s."),
    "receives_floor": _l("Mentees that a firm is to have matched at least: %(asked)s. That it may have: %(allowed)s."),
    "limit": _l("The pins ask %(asked)s of what is limited to %(allowed)s."),
    "balance": _l(
        "The pins are so far off the balance that no other pairs mend it. Take pins back, or allow more difference."
    ),
}

WHY_LEFT = {
    "blocked": _l("Nobody may be their mentor"),
    "crowded_out": _l("Too few places for too many"),
    "priced_out": _l("A pair would cost the others more"),
    "unneeded": _l("More places than are needed"),
}

WHY_IDLE = {
    "blocked": _l("No mentee may be theirs"),
    "unneeded": _l("More places than are needed"),
    "priced_out": _l("A pair would cost the others more"),
}

# What the two of a proposed pair read. Wishes are told to the committee alone, and scores to nobody else.
BECAUSE = {
    "goals": _l("What one of you works on, the other offers: %(words)s."),
    "sought_by_mentor": _l("What the mentor hopes to meet, the mentee brings: %(words)s."),
    "languages": _l("You both speak %(words)s."),
    "time_zone": _l("Your clocks are close to each other."),
    "seniority": _l("Your experience lies as far apart as the programme hopes."),
    "other_function": _l("You work in different functions, so each brings a view from outside."),
}
