"""The words of a pair, or of a cohort, that go when its organisation keeps them no longer: each feature registers its own.

The rows are found and taken by one function of the gate, which reaches no table that was not opened to it by a policy
(``gate_fading``) and grants in the feature's own migration. A test fails when a table of pairs is neither here nor said to stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Fading:
    """Words in the rows of ``table``. ``empties``: these columns are emptied, and the row stays for its figures; none: the
    row goes. ``only``: (column, value) of the rows that this is about. ``of``: what has to be over, the pair or the cohort.
    """

    table: str
    empties: tuple[str, ...] = ()
    only: tuple[str, str] | None = None
    of: Literal["pair", "cohort"] = "pair"

    def step(self, before: datetime, most: int) -> sa.Select[Any]:
        """Takes at most ``most`` rows' words of mentorships (or cohorts) that ended before; says how many they were."""
        if self.of == "cohort":
            return sa.select(sa.func.take_words_of_cohorts(self.table, list(self.empties), before, most))
        column, value = self.only or (None, None)
        return sa.select(sa.func.take_words_of_pairs(self.table, list(self.empties), column, value, before, most))


FADING: dict[str, Fading] = {}
"""By table, in the order in which they go: what hangs on a row goes before it."""


def fade(*fading: Fading) -> None:
    """Add to the registry; once more is no error, so that a process may make several apps."""
    for one in fading:
        FADING[one.table] = one
