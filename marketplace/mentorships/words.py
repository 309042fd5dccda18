"""What the pages say when a pair is asked how it goes on."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.mentorships.models import Answer, QuestionReason
from marketplace.mentorships.queries import Pair

# (the choice, what it means)
ANSWERS = {
    Answer.go_on: (
        _l("Continue"),
        _l("If you both wish it, the mentorship goes on. Between employers it waits until there is a new one here."),
    ),
    Answer.pause: (_l("Pause"), _l("Nothing happens for now. Either of you can ask to take it up again.")),
    Answer.end: (_l("End"), _l("It ends without blame. Nobody is told who wished it.")),
}

REASONS = {
    QuestionReason.employer_changed: _l("One of you has changed employer. How does your mentorship go on?"),
    QuestionReason.firm_left: _l(
        "Your two organisations no longer meet in the same network. How does your mentorship go on?"
    ),
    QuestionReason.resumption: _l("One of you would like to take the mentorship up again. What do you wish?"),
}


def role_of_other(pair: Pair) -> str:
    """What the other one is to the reader; in a reverse mentorship the junior is the mentor, and peers are the same."""
    mentor = pair.seen.viewer_is_mentee
    match pair.mentorship.form:
        case "peer":
            return _("your peer")
        case "reverse":
            return _("your junior mentor") if mentor else _("your senior mentee")
        case "external":
            return _("your mentor") if mentor else _("the student you accompany")
        case _:
            return _("your mentor") if mentor else _("your mentee")


def form_sentence(pair: Pair) -> str:
    """Who accompanies whom, in the forms where it does not go without saying; else empty."""
    seen, mentee = pair.seen, pair.seen.viewer_is_mentee
    name = seen.other.first_name
    match pair.mentorship.form:
        case "peer":
            return _("%(name)s is your peer: each of you is there for the other.", name=name)
        case "reverse" if mentee:
            return _("%(name)s is your junior mentor: here the junior accompanies the senior.", name=name)
        case "reverse":
            return _("You are the junior mentor of %(name)s: here the junior accompanies the senior.", name=name)
        case "external" if mentee and seen.other.firm:
            return _("%(name)s, of %(firm)s, accompanies you while you study.", name=name, firm=seen.other.firm)
        case "external" if not mentee:
            return _("You accompany %(name)s, a student.", name=name)
        case _:
            return ""
