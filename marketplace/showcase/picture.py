"""The year of a cohort as a footbridge: its phases stand on the arc, which is drawn as far as the cohort has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.programmes.modalities import Phase
from marketplace.programmes.models import CohortPhase

WIDTH, HEIGHT = 720, 150
LEFT, RIGHT, FOOT = 24.0, 696.0, 128.0
TOP = -84.0
"""The height of the curve's control point; the arc itself rises half as far."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where a phase stands on the arc."""

    phase: Phase
    x: float
    y: float
    passed: bool
    now: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """``whole`` and ``walked`` are paths of an SVG, ``WIDTH`` by ``HEIGHT``; ``walked`` is empty before the first day."""

    whole: str
    walked: str
    posts: tuple[Post, ...]


def _at(share: float) -> tuple[float, float]:
    """A point of the arc; days are spread evenly from left to right."""
    rest = 1 - share
    return LEFT + (RIGHT - LEFT) * share, rest * rest * FOOT + 2 * rest * share * TOP + share * share * FOOT


def picture(phases: Sequence[CohortPhase], today: date) -> Picture | None:
    """The picture of a timeline; None where there are fewer than two days to stand on."""
    there = [one for one in phases if one.skipped_at is None]
    if len(there) < 2:
        return None
    first, last = min(one.starts_on for one in there), max(one.starts_on for one in there)
    length = (last - first).days
    if length <= 0:
        return None
    current = max((number for number, one in enumerate(there) if one.opened_at), default=-1)
    posts = []
    for number, one in enumerate(there):
        x, y = _at((one.starts_on - first).days / length)
        posts.append(Post(one.phase, round(x, 1), round(y, 1), number <= current, number == current))
    share = min(max((today - first).days / length, 0.0), 1.0)
    middle = ((LEFT + RIGHT) / 2, TOP)
    whole = f"M{LEFT} {FOOT}Q{middle[0]} {middle[1]} {RIGHT} {FOOT}"
    # The part of a quadratic curve up to ``share`` has its control point that far along the first leg (de Casteljau).
    leg = (LEFT + (middle[0] - LEFT) * share, FOOT + (middle[1] - FOOT) * share)
    end = _at(share)
    walked = f"M{LEFT} {FOOT}Q{leg[0]:.1f} {leg[1]:.1f} {end[0]:.1f} {end[1]:.1f}" if share > 0 else ""
    return Picture(whole, walked, tuple(posts))
