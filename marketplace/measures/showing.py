"""A measure as a page shows it: its value, how sure it is, and the picture of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.numbers import format_decimal
from flask_babel import get_locale

from marketplace.measures.catalogue import Measure
from marketplace.measures.intervals import Interval, Sample
from marketplace.measures.models import ReleasedMeasure

WIDTH, HEIGHT = 320, 96


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure. ``value`` is empty where there are too few to tell; ``low``, ``at`` and ``high`` are places from 0 to 100."""

    measure: Measure
    sample: Sample
    interval: Interval
    drawn_on: date | None

    @property
    def too_few(self) -> bool:
        return self.measure.too_few(self.sample)

    @property
    def value(self) -> str:
        return "" if self.too_few else self._said(self.sample.mean)

    @property
    def between(self) -> tuple[str, str]:
        return self._said(self.interval.low), self._said(self.interval.high)

    def _said(self, value: float) -> str:
        if self.measure.share:
            return f"{round(100 * value)} %"
        return format_decimal(round(value, 1), locale=get_locale())

    @property
    def scale(self) -> float:
        """What the whole width of the picture stands for."""
        return 1.0 if self.measure.share else 1.15 * self.interval.high or 1.0

    @property
    def places(self) -> tuple[float, float, float]:
        return tuple(
            min(100 * value / self.scale, 100.0) for value in (self.interval.low, self.sample.mean, self.interval.high)
        )  # type: ignore[return-value]


def shown(measure: Measure, row: ReleasedMeasure) -> Shown:
    sample = measure.sample(row.units, float(row.total), float(row.squares))
    return Shown(measure, sample, measure.interval(sample), row.drawn_on)


@dataclass(frozen=True, slots=True)
class Course:
    """A measure over time as SVG paths: the line of its values, and the band of what they may be."""

    line: str
    band: str
    points: tuple[tuple[float, float], ...]


def course(figures: Sequence[Shown]) -> Course | None:
    """None while there is nothing to draw: a line needs two days on which something can be told."""
    told = [one for one in figures if not one.too_few and one.drawn_on]
    if len(told) < 2:
        return None
    most = 1.0 if told[0].measure.share else max(one.interval.high for one in told) or 1.0
    days = [one.drawn_on.toordinal() for one in told if one.drawn_on]
    span = max(days[-1] - days[0], 1)

    def place(day: int, value: float) -> tuple[float, float]:
        return round(WIDTH * (day - days[0]) / span, 1), round(HEIGHT * (1 - value / most), 1)

    def path(points: Sequence[tuple[float, float]]) -> str:
        return "L".join(f"{x} {y}" for x, y in points)

    points = [place(day, one.sample.mean) for day, one in zip(days, told, strict=True)]
    above = [place(day, one.interval.high) for day, one in zip(days, told, strict=True)]
    below = [place(day, one.interval.low) for day, one in zip(days, told, strict=True)]
    return Course(f"M{path(points)}", f"M{path(above)}L{path(below[::-1])}Z", tuple(points))
