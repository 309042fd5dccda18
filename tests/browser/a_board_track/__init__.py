"""A candidate's way through a board track, one step a method, walked by those whose step it is.

Its rooms: ``subscribing`` (by card, by invoice), ``nominating`` (from the chair's word to the pair), ``assessing`` (readiness),
``showing`` (her dossier, to whom, and no longer). What comes later on the way is a room of its own beside them.
"""

from __future__ import annotations

from tests.browser.a_board_track.assessing import Assessing
from tests.browser.a_board_track.nominating import Nominating
from tests.browser.a_board_track.showing import Showing
from tests.browser.a_board_track.subscribing import Subscribing
from tests.browser.a_board_track.track import Track, write_track

__all__ = ["Track", "Walk", "write_track"]


class Walk(Subscribing, Nominating, Assessing, Showing):
    """One candidate's journey: her side at an English desk, her mentor's on a French phone."""
