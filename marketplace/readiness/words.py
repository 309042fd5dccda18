"""What moments, boards and their sizes are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.readiness.models import BoardState, Moment

MOMENTS: dict[Moment, Any] = {
    Moment.start: _l("At the start"),
    Moment.middle: _l("Half way"),
    Moment.end: _l("At the end"),
}

LEVELS: tuple[Any, ...] = (_l("None yet"), _l("Aware"), _l("Practised"), _l("Strong"), _l("Leading"))
"""What the levels from 0 to 4 are called, beside what each looks like."""

BOARD_STATES: dict[BoardState, Any] = {
    BoardState.idea: _l("An idea"),
    BoardState.introduction: _l("Looking for an introduction"),
    BoardState.approached: _l("Approached"),
    BoardState.talking: _l("In talks"),
    BoardState.appointed: _l("Appointed"),
    BoardState.closed: _l("Set aside"),
}

SIZES: dict[str, Any] = {
    "": _l("Any size"),
    "small": _l("Up to 250 people"),
    "middle": _l("250 to 5,000 people"),
    "large": _l("More than 5,000 people"),
    "listed": _l("Listed, whatever its size"),
    "association": _l("Association, foundation or public body"),
}
