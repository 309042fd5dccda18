"""A goal's progress over time as a line of a small drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.goals.models import GoalEvent, GoalTurn

WIDTH, HEIGHT = 320, 96


@dataclass(frozen=True, slots=True)
class Point:
    """``x`` and ``y`` in the drawing's units; ``at`` and ``percent`` are what they stand for."""

    x: float
    y: float
    at: datetime
    percent: int


@dataclass(frozen=True, slots=True)
class Picture:
    points: tuple[Point, ...]
    line: str
    """The points as an SVG path: a step each time the figure changes, then level until now."""
    area: str


def picture(events: Sequence[GoalEvent], now: datetime) -> Picture | None:
    """None while there is nothing to draw: a line needs a beginning and one change."""
    told = [one for one in events if one.turn in {GoalTurn.set, GoalTurn.progress}]
    if len(told) < 2:
        return None
    start, end = told[0].at, max(now, told[-1].at)
    span = max((end - start).total_seconds(), 1.0)
    points = tuple(
        Point(
            round(WIDTH * (one.at - start).total_seconds() / span, 1),
            round(HEIGHT * (1 - one.percent / 100), 1),
            one.at,
            one.percent,
        )
        for one in told
    )
    path = f"M{points[0].x} {points[0].y}" + "".join(f"H{point.x}V{point.y}" for point in points[1:]) + f"H{WIDTH}"
    return Picture(points, path, f"{path}V{HEIGHT}H0Z")
