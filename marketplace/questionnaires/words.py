"""What moments, audiences and states of questionnaires are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.questionnaires.models import Audience, Moment, RoundState

MOMENTS: dict[Moment, Any] = {
    Moment.start: _l("At the start"),
    Moment.mid_point: _l("At mid-point"),
    Moment.end: _l("At the end"),
    Moment.after_12_months: _l("Twelve months after"),
    Moment.after_24_months: _l("Twenty-four months after"),
}
AUDIENCES: dict[Audience, Any] = {
    Audience.mentor: _l("Mentors"),
    Audience.mentee: _l("Mentees"),
    Audience.peer: _l("Peers"),
    Audience.hr_partner: _l("HR partners"),
    Audience.manager: _l("Line managers"),
}
STATES: dict[RoundState, Any] = {
    RoundState.planned: _l("Planned"),
    RoundState.open: _l("Open"),
    RoundState.closed: _l("Closed"),
    RoundState.cancelled: _l("Cancelled"),
}
KINDS: dict[str, Any] = {
    "scale": _l("A scale"),
    "one": _l("One of several"),
    "many": _l("Any of several"),
    "ranking": _l("An order"),
    "matrix": _l("Several on one scale"),
    "words": _l("Words"),
}
