"""The measures there are: what each is called, what it counts, and how sure its figures are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from marketplace.measures.intervals import (
    Interval,
    Sample,
    difference_of_means,
    difference_of_shares,
    of_mean,
    too_few,
    wilson,
)
from marketplace.programmes.modalities import Choices, Words


class Measure(Choices):
    """A share of units, or a mean over them. What a unit counts as is said by ``measured_<key>`` in the database.

    With a ``question`` it is what people answered: a share of those who gave one of ``high`` (see ``answers``).
    """

    key: str
    share: bool = False
    per: int = Field(default=1, ge=1)
    page: Literal["matching", "meeting", "outcome", "ledger", "answers"]
    question: str = ""
    part: str = ""
    high: tuple[str, ...] = ()
    label: Words
    units: Words
    unit: Words
    means: Words

    def sample(self, units: int, total: float, squares: float) -> Sample:
        return Sample(units, total / self.per, squares / self.per**2)

    def interval(self, sample: Sample) -> Interval:
        """95 %, in the measure's unit (shares from 0 to 1)."""
        return wilson(sample.total, sample.units) if self.share else of_mean(sample)

    def too_few(self, sample: Sample) -> bool:
        return too_few(sample, self.share)

    def difference(self, before: Sample, after: Sample) -> Interval:
        return (difference_of_shares if self.share else difference_of_means)(before, after)


@cache
def catalogue() -> dict[str, Measure]:
    """By key, in the order of the pages."""
    told = yaml.safe_load((Path(__file__).parent / "measures.yaml").read_text(encoding="utf-8"))
    return {one.key: one for one in map(Measure.model_validate, told)}
