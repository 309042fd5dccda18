"""How the reader of a programme's page comes into it, as things stand today."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.programmes.modalities import Phase
from marketplace.programmes.models import (
    ON_THE_WAY,
    Cohort,
    CohortPhase,
    CohortState,
    Enrolment,
    EnrolmentState,
    ProgrammeState,
)
from marketplace.showcase.queries import ProgrammeSeen

ORDER = list(Phase)
COMING_IN = (Phase.call, Phase.nomination, Phase.application)


class Way(enum.StrEnum):
    takes_part = "takes_part"
    took_part = "took_part"
    nominated = "nominated"
    on_its_way = "on_its_way"
    nominate = "nominate"
    apply = "apply"
    through_firm = "through_firm"
    soon = "soon"
    closed = "closed"
    no_cohort = "no_cohort"
    draft = "draft"
    archived = "archived"


@dataclass(frozen=True, slots=True)
class Joining:
    """``day``: until when the way is open (``nominate``, ``apply``, ``through_firm``), or from when (``soon``).

    ``applies``: whoever nominates may also apply themselves.
    """

    way: Way
    cohort: Cohort | None = None
    enrolment: Enrolment | None = None
    day: date | None = None
    applies: bool = False


def next_cohort(cohorts: Sequence[Cohort], phases: dict[int, Sequence[CohortPhase]]) -> Cohort | None:
    """The open cohort that one can still come into, else the newest open one. ``cohorts``: the newest first."""
    running = [cohort for cohort in cohorts if cohort.state is CohortState.open]
    joinable = [cohort for cohort in running if not is_over(phases.get(cohort.id, ()))]
    return next(iter(reversed(joinable)), None) or next(iter(running), None)


def first_day(phases: Sequence[CohortPhase]) -> CohortPhase | None:
    """The phase with which people begin to come in."""
    ways = [one for one in phases if one.phase in COMING_IN and one.skipped_at is None]
    return next((one for one in ways if one.phase is not Phase.call), None) or next(iter(ways), None)


def last_day(phases: Sequence[CohortPhase]) -> CohortPhase | None:
    """The phase with which coming in is over."""
    after = ORDER.index(COMING_IN[-1])
    return next((one for one in phases if ORDER.index(one.phase) > after and one.skipped_at is None), None)


def is_over(phases: Sequence[CohortPhase]) -> bool:
    end = last_day(phases)
    return end is not None and end.opened_at is not None


def joining(seen: ProgrammeSeen, cohort: Cohort | None, phases: Sequence[CohortPhase]) -> Joining:
    """What the page offers first. The viewer's own standing comes before everything that is offered to all."""
    if standing := _standing(seen):
        return standing
    if seen.programme.state is ProgrammeState.draft:
        return Joining(Way.draft)
    if seen.programme.state is ProgrammeState.archived:
        return Joining(Way.archived)
    if cohort is None:
        return Joining(Way.no_cohort)
    end, begin = last_day(phases), first_day(phases)
    day = end.starts_on if end else None
    if is_over(phases):
        return Joining(Way.closed, cohort)
    if begin is not None and begin.opened_at is None:
        return Joining(Way.soon, cohort, day=begin.starts_on)
    ways = cohort.modalities.ways_in
    applies = "application" in ways and not seen.runs
    if "nomination" in ways and (seen.coordinates or seen.runs):
        return Joining(Way.nominate, cohort, day=day, applies=applies)
    if applies or "application" in ways:
        return Joining(Way.apply, cohort, day=day)
    return Joining(Way.through_firm, cohort, day=day)


def _standing(seen: ProgrammeSeen) -> Joining | None:
    live = {
        EnrolmentState.nominated: Way.nominated,
        EnrolmentState.enrolled: Way.takes_part,
        **dict.fromkeys(ON_THE_WAY - {EnrolmentState.nominated}, Way.on_its_way),
    }
    for enrolment, cohort in seen.own:
        if enrolment.state in live and cohort.state is CohortState.open:
            return Joining(live[enrolment.state], cohort, enrolment)
    return None
