"""What the choices of a board track are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.boards.models import Office, TrackState

STATES: dict[TrackState, Any] = {
    TrackState.draft: _l("Draft"),
    TrackState.open: _l("Open"),
    TrackState.closed: _l("Closed"),
}
OFFICES: dict[Office, Any] = {
    Office.chair: _l("Chair of the board"),
    Office.chief_executive: _l("Chief executive"),
}
CURRENCIES = ("eur", "chf", "gbp", "usd")

REFUSED: dict[str, Any] = {
    "full": _l("All your seats are taken. Add a seat, or withdraw a nomination first."),
    "unpaid": _l("A payment is overdue, so nobody can be nominated for now. Those who hold a seat go on."),
    "closed": _l("Your organisation has no subscription to this track."),
    "stranger": _l("Candidate and sponsor are two people of your organisation, and not the same one."),
}
"""Why no seat was given."""
