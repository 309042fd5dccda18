"""What the pages say about check-ins, reviews and pauses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.rhythm.models import PauseReason

HOW = {
    "5": _l("Very good"),
    "4": _l("Good"),
    "3": _l("All right"),
    "2": _l("Slow"),
    "1": _l("Hard going"),
}
"""From 5, the best, to 1."""

QUESTIONS = {
    "help": _l("What would help?"),
    "helped": _l("What has helped most so far?"),
    "change": _l("What would you do differently from here on?"),
    "reach": _l("What do you want to reach by the end?"),
}
"""By the key under which the words are kept."""

REASONS = {
    PauseReason.leave: _l("Time off"),
    PauseReason.parental_leave: _l("Parental leave"),
    PauseReason.other: _l("Something else"),
}
