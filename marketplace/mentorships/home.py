"""The parts of a mentorship's home: each feature of the pair says what it shows there, in one statement of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair
from tenants.current import Acting

Part = Callable[[Acting, Pair], Any]

ORDER = ("meetings", "charters", "goals", "readiness", "dossiers", "rhythm", "conversations", "journal", "closing")
"""As they stand on the page, from top to bottom."""

SECTIONS = {
    "charters": (("part-charters", _l("Agreement")),),
    "meetings": (("part-meetings", _l("Meetings")),),
    "goals": (("part-goals", _l("Goals")),),
    "readiness": (("part-readiness", _l("Readiness")),),
    "dossiers": (("part-dossiers", _l("Board dossier")),),
    "rhythm": (("part-rhythm", _l("Check-ins")),),
    "conversations": (("messages", _l("Messages")), ("notes", _l("Shared notes")), ("files", _l("Files"))),
    "journal": (("part-journal", _l("Journal")),),
    "closing": (("part-closing", _l("Ending")),),
}
"""What the list beside the page calls the parts: (the anchor, its words)."""

OF_BOARD = frozenset({"readiness", "dossiers"})

_parts: dict[str, Part] = {}


def part(name: str) -> Callable[[Part], Part]:
    """Register what ``templates/<name>/_home.html`` shows: it finds the result as ``home.<name>``."""

    def register(query: Part) -> Part:
        _parts[name] = query
        return query

    return register


def parts(viewer: Acting, pair: Pair) -> dict[str, Any]:
    """What each part shows to this viewer, in the order of the page. A pair that has ended looks back first."""
    ended = pair.mentorship.state is MentorshipState.ended
    order = sorted(ORDER, key=lambda name: name != "closing") if ended else ORDER
    # These are parts of board cohorts' pairs, and to others there are no such things.
    of_board = pair.mentorship.form == "board" and pair.mentorship.cohort_id is not None
    return {name: _parts[name](viewer, pair) for name in order if name in _parts and (of_board or name not in OF_BOARD)}
