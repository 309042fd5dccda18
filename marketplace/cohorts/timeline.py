"""The order of a cohort's phases and days: what is wrong with a change, and what moving what follows would make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask_babel import format_date
from flask_babel import gettext as _

from marketplace.programmes.modalities import Modalities, Phase
from marketplace.programmes.models import CohortPhase
from marketplace.programmes.words import PHASES

ORDER = tuple(Phase)


def planned_days(modalities: Modalities, launch_on: date) -> dict[Phase, date]:
    """When each phase begins, counted from the launch."""
    return {timing.phase: launch_on + timedelta(days=timing.day) for timing in modalities.timeline}


def faults(phases: Sequence[CohortPhase], days: Mapping[Phase, date]) -> dict[Phase, str]:
    """What is wrong with the days, by phase; a sentence that says what to do. Empty when they are in order."""
    wrong: dict[Phase, str] = {}
    before: CohortPhase | None = None
    for one in phases:
        day = days[one.phase]
        if one.opened_at is not None and day != one.starts_on:
            wrong[one.phase] = _("It has begun already, so its day stays.")
        elif before is not None and day < days[before.phase]:
            wrong[one.phase] = _(
                "It would begin before %(phase)s. Choose %(day)s or later, or move %(phase)s.",
                phase=PHASES[before.phase],
                day=format_date(days[before.phase], "long"),
            )
        before = one
    return wrong


def moved_along(phases: Sequence[CohortPhase], days: Mapping[Phase, date]) -> dict[Phase, date]:
    """The days with each phase that a change would overtake moved by as much as the phase before it was moved."""
    moved: dict[Phase, date] = {}
    by = timedelta()
    for one in phases:
        day = days[one.phase]
        if day != one.starts_on:
            by = max(by, day - one.starts_on)
        elif by and one.opened_at is None:
            day = one.starts_on + by
        moved[one.phase] = day
    return moved


def present_phase(phases: Sequence[CohortPhase]) -> CohortPhase | None:
    """The latest one that is open."""
    opened = [one for one in phases if one.opened_at is not None and one.closed_at is None]
    return opened[-1] if opened else None


def next_phase(phases: Sequence[CohortPhase]) -> CohortPhase | None:
    """The first one behind the present that has neither begun nor been left out."""
    begun = [number for number, one in enumerate(phases) if one.opened_at is not None]
    rest = phases[begun[-1] + 1 :] if begun else phases
    return next((one for one in rest if one.skipped_at is None), None)
