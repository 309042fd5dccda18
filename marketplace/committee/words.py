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
    "training": _l("training not completed"),
    "page": _l("no mentor page yet"),
    "forbidden": _l("kept apart by the committee"),
    "minimum": _l("fewer points than the least you allow"),
}

WHY_LEFT = {
    "blocked": _l("Nobody may be their mentor"),
    "crowded_out": _l("Too few places for too many"),
    "priced_out": _l("A pair would cost others more"),
}
