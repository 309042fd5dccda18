"""What else must hold for somebody to come into a cohort, as other features say it: each a sentence, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort

Keeper = Callable[[Cohort, Side, int], str]
"""Of the cohort, the side and the person: the sentence that keeps them out, "" where nothing does."""

_keepers: dict[str, Keeper] = {}


def register(name: str, keeper: Keeper) -> None:
    """Add a condition; once more is no error, so that a process may make several apps."""
    _keepers[name] = keeper


def kept_out(cohort: Cohort, side: Side, person_id: int) -> str:
    """The first sentence that keeps the person out, else ""."""
    return next((sentence for keeper in _keepers.values() if (sentence := keeper(cohort, side, person_id))), "")
