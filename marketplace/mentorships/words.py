"""What the pages say when a pair is asked how it goes on."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.mentorships.models import Answer, QuestionReason
from marketplace.mentorships.queries import Pair
from marketplace.programmes.words import in_form

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
    return in_form("other_to_mentee" if pair.seen.viewer_is_mentee else "other_to_mentor", pair.mentorship.form)


def form_sentence(pair: Pair) -> str:
    """Who accompanies whom, in the forms where it does not go without saying; else empty."""
    seen, mentee = pair.seen, pair.seen.viewer_is_mentee
    if pair.mentorship.form == "external" and mentee and not seen.other.firm:
        return ""
    name = seen.other.first_name
    return in_form("to_mentee" if mentee else "to_mentor", pair.mentorship.form, name=name, firm=seen.other.firm)
