"""How sure a figure is: intervals of 95 %, in closed form.

Of a share: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927. Of a mean:
Student's t. Of the difference of two shares: R. G. Newcombe's method 10 (Statistics in Medicine 17, 1998); of two means:
Welch's t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
FEW = 10
"""From fewer units, nothing is told."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def tells(self) -> bool:
        """Of a difference: whether it lies on one side of zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Sample:
    """What was counted: ``units``, the sum of their values and the sum of the squares."""

    units: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.units

    @property
    def variance(self) -> float:
        """Of the values, estimated from the sample; at least two units."""
        return max(self.squares - self.total * self.mean, 0.0) / (self.units - 1)


def wilson(hits: float, units: int) -> Interval:
    """The interval of a share, from 0 to 1."""
    share, spread = hits / units, Z * Z / units
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / units + spread / (4 * units))
    return Interval(max(middle - half, 0.0), min(middle + half, 1.0))


def student(freedom: float) -> float:
    """The 97.5 % quantile of Student's t; from three degrees of freedom on within 0.1 of it, from eight within 0.001.

    Abramowitz and Stegun, Handbook of mathematical functions, 26.7.5.
    """
    z, n = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * n**4)
    )


def of_mean(sample: Sample) -> Interval:
    """The interval of a mean of values that are never negative."""
    half = student(sample.units - 1) * sqrt(sample.variance / sample.units)
    return Interval(max(sample.mean - half, 0.0), sample.mean + half)


def difference_of_shares(one: Sample, other: Sample) -> Interval:
    """How much larger the second share may be than the first."""
    a, b = wilson(one.total, one.units), wilson(other.total, other.units)
    gap = other.mean - one.mean
    return Interval(
        gap - sqrt((other.mean - b.low) ** 2 + (a.high - one.mean) ** 2),
        gap + sqrt((b.high - other.mean) ** 2 + (one.mean - a.low) ** 2),
    )


def difference_of_means(one: Sample, other: Sample) -> Interval:
    """How much larger the second mean may be than the first; the two are different people, or not known to be the same."""
    parts = [sample.variance / sample.units for sample in (one, other)]
    together = sum(parts)
    if not together:
        return Interval(other.mean - one.mean, other.mean - one.mean)
    freedom = together**2 / sum(part**2 / (sample.units - 1) for part, sample in zip(parts, (one, other), strict=True))
    half = student(freedom) * sqrt(together)
    return Interval(other.mean - one.mean - half, other.mean - one.mean + half)


def too_few(sample: Sample, share: bool) -> bool:
    """Whether it says too little: under ``FEW`` units, a share within more than 40 points, a mean within more than itself."""
    if sample.units < FEW:
        return True
    return wilson(sample.total, sample.units).width > 0.4 if share else of_mean(sample).width > sample.mean


Difference = Callable[[Sample, Sample], Interval]
