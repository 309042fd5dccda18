"""What is said to people about their way into a cohort."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.programmes.models import EnrolmentState
from marketplace.vocabulary import FUNCTIONS, SENIORITIES

REASONS: dict[str, Any] = {
    "declined": _l("You said no. Should that change, you may apply, or be nominated again."),
    "withdrawn": _l("You withdrew. You may come back while the cohort takes people in."),
    "nomination_withdrawn": _l(
        "Your employer withdrew the nomination. Those who look after people there can tell you more."
    ),
    "not_approved": _l(
        "Your employer has not approved it this time. Those who look after people there can tell you more."
    ),
    "refused": _l("You were not taken in this time."),
    "no_answer": _l("There was no answer in time, so the question has lapsed. You may apply, or be nominated again."),
    "employer_silent": _l(
        "Your employer has not answered in time. Ask those who look after people there, and apply again."
    ),
    "phase_over": _l("The time for answers is over in this cohort. The next one may suit you."),
    "left_firm": _l("It ended because you left the organisation that you took part for."),
    "firm_left": _l("It ended because your organisation has left the programme."),
    "cohort_closed": _l("The cohort has closed before it came to you. You may apply to the next one."),
    "cohort_cancelled": _l("The cohort does not take place. It has nothing to do with you."),
    "dropped_out": _l("You have left the cohort early. That is no fault, and the next one is open to you."),
    "noted_by_runner": _l("Those who run the programme have noted that you left early. That is no fault."),
}
"""By ``Enrolment.reason``: the answer as the person reads it."""

ROOM: dict[str, Any] = {
    "side_full": _l("Every place on this side of the cohort is taken."),
    "firm_full": _l("This organisation’s quota for this side is used up."),
    "unbalanced": _l("This organisation would send more mentees than the mentors it gives allow."),
    "closed": _l("The cohort takes nobody in: it is not open."),
    "lost_firm": _l("Between employers, nobody is taken in."),
}
"""Why there is no room."""

HAS_TIME: dict[str, Any] = {
    "yes": _l("Yes"),
    "with_effort": _l("With some effort"),
    "no": _l("Not at present"),
}

TURNS: dict[EnrolmentState, Any] = {
    EnrolmentState.nominated: _l("Their own answer"),
    EnrolmentState.awaiting_employer: _l("The employer"),
    EnrolmentState.awaiting_decision: _l("Those who run the cohort"),
    EnrolmentState.waiting: _l("A free place"),
}
"""Whose turn it is."""

KINDS = {
    EnrolmentState.enrolled: "ok",
    EnrolmentState.completed: "ok",
    EnrolmentState.nominated: "waits",
    EnrolmentState.awaiting_employer: "waits",
    EnrolmentState.awaiting_decision: "waits",
    EnrolmentState.waiting: "",
}
"""The look of a state; of those that are not here: ended."""


def of_vocabulary(kind: str, slugs: tuple[str, ...]) -> str:
    """Labels in the reader's language; a slug that the vocabulary does not hold is left out."""
    words = {"seniority": SENIORITIES, "function": FUNCTIONS}[kind]
    return ", ".join(words.label(slug, str(get_locale())) for slug in slugs if slug in words)


def room_sentence(word: str) -> str:
    return str(ROOM.get(word) or _("There is no room."))


NEWS: dict[str, tuple[Any, Any]] = {
    "enrolled": (_l("you are in"), _l("You take part. The page says what comes next, and when.")),
    "waiting": (
        _l("you are on the waiting list"),
        _l("There is no free place at present. You come in by yourself when one frees, in the order of the list."),
    ),
    "completed": (
        _l("completed"),
        _l("The cohort has closed, and you have completed it. Thank you for having been part of it."),
    ),
    "lost_firm": (
        _l("you go on, between employers"),
        _l(
            "You have left the organisation that you took part for, and stay in. Once a new employer of yours takes part, go on"
            " for it from your page there."
        ),
    ),
}


def news(what: str) -> tuple[str, str]:
    """What a letter says of a step: (in the subject, as a sentence). The explanation in words is on the page."""
    if what in NEWS:
        return str(NEWS[what][0]), str(NEWS[what][1])
    return _("it has ended for you"), str(REASONS.get(what, REASONS["refused"]))
