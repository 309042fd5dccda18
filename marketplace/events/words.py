"""What events and answers to them are called on pages and in letters."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.events.models import Answer, EventKind

KINDS: dict[EventKind, Any] = {
    EventKind.launch: _l("Launch"),
    EventKind.workshop: _l("Workshop"),
    EventKind.mid_point: _l("Mid-point"),
    EventKind.closing: _l("Closing event"),
    EventKind.training: _l("Live training"),
    EventKind.mock_board: _l("Mock board meeting"),
}

ANSWERS: dict[Answer, Any] = {
    Answer.yes: _l("I am coming"),
    Answer.maybe: _l("Maybe"),
    Answer.no: _l("I cannot come"),
}

STANDS: dict[str, Any] = {
    "yes": _l("You are coming"),
    "waiting": _l("You are on the waiting list"),
    "maybe": _l("You may come"),
    "no": _l("You are not coming"),
    "": _l("Not answered yet"),
}
"""Where one's own answer stands, in a few words."""

NEXT: dict[str, Any] = {
    "yes": _l("A place is kept for you. The day before, you get a reminder."),
    "waiting": _l("Every place is taken. As soon as one becomes free for you, it is yours and you get a letter."),
    "maybe": _l("No place is kept for you. Say yes as soon as you know."),
    "no": _l("Thank you for saying so. You can change your mind as long as it has not begun."),
}
"""What follows from an answer."""

NOT_ANSWERED: dict[str, Any] = {
    "gone": _l("You are not invited to this event any more. Ask whoever runs the programme."),
    "cancelled": _l("This event is cancelled. There is nothing left to answer."),
    "begun": _l("This event has begun. If you are there, enter the code that the host shows."),
}

NOT_ATTENDED: dict[str, Any] = {
    "wrong": _l("This is not the code. Look at it again: it has five letters and figures."),
    "shut": _l("No code is shown at present. Ask the host to show it, or to tick your name."),
    "slow": _l("Too many guesses. Try again in a quarter of an hour, or ask the host to tick your name."),
    "gone": _l("You are not invited to this event any more. Ask whoever runs the programme."),
}
