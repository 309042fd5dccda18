"""What stands between two people of a cohort, and what each refusal says. A conflict, a block and an opt-out read the same."""

from __future__ import annotations

import enum

from flask_babel import lazy_gettext as _l


class Rule(enum.StrEnum):
    """Why two cannot be paired. ``apart`` is a conflict, a block or an opt-out, by either side, and never says which."""

    same_person = "same_person"
    own_firm = "own_firm"
    school = "school"
    apart = "apart"
    training = "training"
    page = "page"
    language = "language"
    seniority = "seniority"
    hours = "hours"
    functions = "functions"
    earlier = "earlier"
    places = "places"
    paired = "paired"
    quota = "quota"
    asked = "asked"


# %(mentee)s and %(mentor)s are names; the one rule that has to keep a secret names nobody's part in it.
REFUSALS = {
    Rule.same_person: _l("Nobody is paired with themselves. Choose somebody else."),
    Rule.own_firm: _l(
        "%(mentee)s and %(mentor)s belong to the same organisation, and this form is between organisations. Choose "
        "somebody of another one."
    ),
    Rule.school: _l("In this form somebody of a company accompanies a student of a school. Choose one of each."),
    Rule.apart: _l("These two cannot be paired. Choose somebody else for either of them."),
    Rule.training: _l(
        "The training comes before matching here, and one of the two has not completed it. Choose somebody who has, or "
        "remind them on the training page."
    ),
    Rule.page: _l("%(mentor)s has not published a mentor page yet. Ask them to, then pair them."),
    Rule.language: _l(
        "%(mentee)s and %(mentor)s have no language in common, and the programme asks for one. Choose somebody who shares a "
        "language."
    ),
    Rule.seniority: _l(
        "%(mentee)s and %(mentor)s do not stand as far from each other in seniority as the programme asks. Choose somebody of "
        "another seniority."
    ),
    Rule.hours: _l(
        "The clocks of %(mentee)s and %(mentor)s are further apart than the programme allows. Choose somebody nearer."
    ),
    Rule.functions: _l(
        "What %(mentee)s and %(mentor)s work in is not as the programme asks. Choose somebody of another function."
    ),
    Rule.earlier: _l(
        "%(mentee)s and %(mentor)s were a pair in a cohort before, and this programme makes new pairs. Choose somebody else."
    ),
    Rule.places: _l("%(mentor)s has no place left in this cohort. Choose somebody with room."),
    Rule.paired: _l("%(mentee)s has a pair here, or a proposal that waits for an answer. Wait for it, or undo it."),
    Rule.quota: _l(
        "The organisation of one of the two has as many pairs in this cohort as its quota allows. Whoever runs the "
        "programme can raise it."
    ),
    Rule.asked: _l("%(mentee)s and %(mentor)s have a request under way between them. Wait for the answer."),
}
