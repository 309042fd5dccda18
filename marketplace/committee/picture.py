"""A version as a picture: mentees on the left, mentors on the right, a line for each pair, crossing as little as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.committee.lists import PairRow
from marketplace.committee.models import MatchProposal

MOST = 60
"""More lines than this say nothing to anybody; the table remains."""

ROW = 28
"""Units between two names."""


@dataclass(frozen=True, slots=True)
class Line:
    """``strength`` 1 (weak) to 4 (strong)."""

    left: float
    right: float
    strength: int
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class Picture:
    height: int
    left: tuple[tuple[float, str], ...]
    right: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]


def picture_of(proposals: Sequence[MatchProposal | PairRow], names: Mapping[int, Any]) -> Picture | None:
    """None where there is nothing to draw, or too much. ``names``: by enrolment."""
    if not 0 < len(proposals) <= MOST:
        return None
    best: dict[int, int] = {}
    for one in proposals:
        best[one.mentor_enrolment_id] = max(best.get(one.mentor_enrolment_id, 0), one.points)
    mentors = sorted(best, key=lambda mentor: (-best[mentor], mentor))
    place = {mentor: row for row, mentor in enumerate(mentors)}
    ordered = sorted(proposals, key=lambda one: (place[one.mentor_enrolment_id], -one.points))
    stretch = len(ordered) / len(mentors)
    left = [(row + 0.5) * ROW for row in range(len(ordered))]
    right = {mentor: (place[mentor] + 0.5) * stretch * ROW for mentor in mentors}
    lines = tuple(
        Line(y, right[one.mentor_enrolment_id], min(one.points // 2500 + 1, 4), one.is_pinned)
        for y, one in zip(left, ordered, strict=True)
    )

    def name(enrolment: int) -> str:
        return names[enrolment].name if enrolment in names else "–"

    return Picture(
        len(ordered) * ROW,
        tuple((y, name(one.mentee_enrolment_id)) for y, one in zip(left, ordered, strict=True)),
        tuple((right[mentor], name(mentor)) for mentor in mentors),
        lines,
    )
