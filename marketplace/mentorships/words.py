"""What the pages say when a pair is asked how it goes on."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.mentorships.models import Answer, QuestionReason

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
