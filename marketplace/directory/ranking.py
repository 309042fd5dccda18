"""In which order candidates are shown, and why. Pure: no database, no page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

TEXT, GOAL, FUNCTION, LANGUAGE, ROOM, RECENT, PAGE = 4000, 1000, 150, 300, 600, 800, 800
MOST_GOALS = 3
HALF_LIFE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Interests:
    """What the viewer said of themselves, as far as it says whom to show first, and whom they keep on their list."""

    goals: tuple[str, ...] = ()
    function: str | None = None
    languages: tuple[str, ...] = ()
    place: str = ""
    saved: frozenset[int] = frozenset()


@dataclass(slots=True)
class Candidate:
    """One visible card, reduced to what orders and counts it. ``day`` is the last day of activity, in days since 1970."""

    org_id: int
    mentor_id: int
    score: int
    room: int
    day: int
    text: float
    facets: list[str]
    rank: int = 0


def put_in_order(
    candidates: Sequence[Candidate], interests: Interests, *, today: int, words: bool
) -> list[Candidate]:
    """Best first. The rank adds up: text match, goals in common, language and function in common, room, activity (halved
    every ``HALF_LIFE_DAYS``) and how much the page tells. The same for everybody who shares these, on any one day.
    """
    goals = {f"s:{goal}" for goal in interests.goals}
    languages = {f"l:{language}" for language in interests.languages}
    function = f"f:{interests.function}"
    best = max((candidate.text for candidate in candidates), default=0.0) or 1.0
    for candidate in candidates:
        facets = candidate.facets
        rank = candidate.score * PAGE // 1000 + int(RECENT * 0.5 ** (max(today - candidate.day, 0) / HALF_LIFE_DAYS))
        if words:
            rank += int(TEXT * candidate.text / best)
        if goals:
            rank += GOAL * min(len(goals.intersection(facets)), MOST_GOALS)
        if languages and not languages.isdisjoint(facets):
            rank += LANGUAGE
        if function in facets:
            rank += FUNCTION
        if candidate.room:
            rank += ROOM
        candidate.rank = rank
    return sorted(candidates, key=lambda candidate: (-candidate.rank, candidate.mentor_id))


def in_common(wanted: Collection[str], offered: Sequence[str]) -> list[str]:
    """What of ``offered`` is wanted, in its order."""
    return [slug for slug in offered if slug in wanted]
