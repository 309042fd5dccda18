"""The balance curve as a picture: from the strictest balance on the left to the first that costs nothing on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 80, 24, 36, 56
"""The axes stand a little outside of these, so that the first point does not hide a figure."""


@dataclass(frozen=True, slots=True)
class Point:
    """From ``balance`` on, to before the next point's, the best match is this one. ``points`` of 100, all pairs together."""

    x: float
    y: float
    balance: int
    pairs: int
    points: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """``path``: stairs from point to point, because between two of them nothing changes."""

    points: tuple[Point, ...]
    path: str
    low: int
    high: int


def curve_of(steps: Sequence[Mapping[str, Any]]) -> Curve | None:
    """None where no balance can be kept at all. ``steps`` by balance, the strictest first."""
    turns = [
        one
        for before, one in zip([None, *steps], steps, strict=False)
        if before is None or (one["pairs"], one["points"]) != (before["pairs"], before["points"])
    ]
    if not turns:
        return None
    first, last = turns[0]["balance"], turns[-1]["balance"]
    low, high = min(one["points"] for one in turns), max(one["points"] for one in turns)
    points = tuple(
        Point(
            round(LEFT + (WIDTH - LEFT - RIGHT) * (one["balance"] - first) / max(last - first, 1), 1),
            round(TOP + (HEIGHT - TOP - BOTTOM) * (high - one["points"]) / max(high - low, 1), 1),
            one["balance"],
            one["pairs"],
            one["points"] // 100,
            one["proven"],
        )
        for one in turns
    )
    path = f"M{points[0].x} {points[0].y}" + "".join(f"H{one.x}V{one.y}" for one in points[1:])
    return Curve(points, path, low // 100, high // 100)
