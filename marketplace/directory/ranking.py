"""In which order candidates are shown, and why. Pure: no database, no page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

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


Candidate = tuple[int, int, int, int, int, float, str]
"""One visible card, reduced to what orders and counts it: firm, mentor, stored score, room, last day of activity (in days
since 1970), text rank, and its tokens with a space before and after each. Plain tuples: a page looks at 300 of them."""

Ranked = tuple[int, int, int]
"""Minus the rank, mentor, firm: sorts by itself, the best first."""


def put_in_order(candidates: Sequence[Candidate], interests: Interests, *, today: int, words: bool) -> list[Ranked]:
    """Best first. The rank adds up: text match, goals in common, language and function in common, room, activity
    (halved every ``HALF_LIFE_DAYS``) and how much the page tells. The same for all who share these, on any one day.
    """
    goals = [f" s:{goal} " for goal in interests.goals]
    languages = [f" l:{language} " for language in interests.languages]
    function = f" f:{interests.function} "
    best = max([candidate[5] for candidate in candidates], default=0.0) or 1.0
    ordered = []
    for org_id, mentor_id, score, room, day, text, facets in candidates:
        rank = score * PAGE // 1000 + freshness(today - day)
        if words:
            rank += int(TEXT * text / best)
        common = 0
        for goal in goals:
            if goal in facets:
                common += 1
        if common:
            rank += GOAL * min(common, MOST_GOALS)
        for language in languages:
            if language in facets:
                rank += LANGUAGE
                break
        if function in facets:
            rank += FUNCTION
        if room:
            rank += ROOM
        ordered.append((-rank, mentor_id, org_id))
    ordered.sort()
    return ordered


@lru_cache(maxsize=1024)
def freshness(days: int) -> int:
    """What activity so many days ago is worth."""
    return int(RECENT * 0.5 ** (max(days, 0) / HALF_LIFE_DAYS))


def in_common(wanted: Collection[str], offered: Sequence[str]) -> list[str]:
    """What of ``offered`` is wanted, in its order."""
    return [slug for slug in offered if slug in wanted]
