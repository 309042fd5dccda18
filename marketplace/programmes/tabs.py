"""The pages of a cohort, as each feature names its own: one row of tabs above all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.programmes.queries import CohortSeen


@dataclass(frozen=True, slots=True)
class Tab:
    """``endpoint`` takes ``cohort_id``. ``shown``: to whom. ``rank``: from the left, in tens."""

    name: str
    label: Any
    endpoint: str
    rank: int
    shown: Callable[[CohortSeen], bool] = lambda _seen: True


_tabs: dict[str, Tab] = {}


def register(tab: Tab) -> None:
    """Add a page of the cohort; once more is no error, so that a process may make several apps."""
    _tabs[tab.name] = tab


def cohort_tabs(seen: CohortSeen) -> Sequence[Tab]:
    return sorted((tab for tab in _tabs.values() if tab.shown(seen)), key=lambda tab: tab.rank)
