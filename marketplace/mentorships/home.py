"""The parts of a mentorship's home: each feature of the pair says what it shows there, in one statement of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketplace.mentorships.queries import Pair
from tenants.current import Acting

Part = Callable[[Acting, Pair], Any]

ORDER = ("charters", "meetings", "goals", "rhythm", "conversations", "journal", "closing")
"""As they stand on the page, from top to bottom."""

_parts: dict[str, Part] = {}


def part(name: str) -> Callable[[Part], Part]:
    """Register what ``templates/<name>/_home.html`` shows: it finds the result as ``home.<name>``."""

    def register(query: Part) -> Part:
        _parts[name] = query
        return query

    return register


def parts(viewer: Acting, pair: Pair) -> dict[str, Any]:
    """What each part shows to this viewer, in the order of the page."""
    return {name: _parts[name](viewer, pair) for name in ORDER if name in _parts}
