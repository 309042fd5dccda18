"""What pages and refusals say of a meeting."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.meetings.models import MeetingState, Said

STATES = {
    MeetingState.planned: _l("Planned"),
    MeetingState.cancelled: _l("Called off"),
    MeetingState.held: _l("Took place"),
    MeetingState.missed: _l("Did not take place"),
}

MEANWHILE = {
    MeetingState.planned: _l("This meeting is planned."),
    MeetingState.cancelled: _l("This meeting was called off meanwhile. You can plan another one."),
    MeetingState.held: _l("This meeting is over, and it is noted that it took place."),
    MeetingState.missed: _l("This meeting is over, and it is noted that it did not take place."),
}

ANSWERS = {Said.held: _l("Yes, we met"), Said.missed: _l("No, it did not take place")}
