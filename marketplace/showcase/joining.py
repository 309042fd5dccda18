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
    runs = "runs"
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
    """``day``: until when the way is open (``nominate``, ``apply``, ``through_firm``, ``runs``), or from when (``soon``).

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
    end = last_day(phases)
    day = end.starts_on if end else None
    if seen.runs:
        return Joining(Way.runs, cohort, day=None if is_over(phases) else day)
    ways = cohort.modalities.ways_in
    doors = {way: _door(phases, Phase(way)) for way in ways}
    if is_over(phases):
        return Joining(Way.closed, cohort)
    # A way that has begun is open until coming in is over; the next way's phase, perhaps of the same day, does not shut it.
    open_now = {way for way, one in doors.items() if one is None or one.opened_at}
    if not open_now:
        coming = [one.starts_on for one in doors.values() if one is not None and one.opened_at is None]
        return Joining(Way.soon, cohort, day=min(coming)) if coming else Joining(Way.closed, cohort)
    if "nomination" in open_now and seen.coordinates:
        return Joining(Way.nominate, cohort, day=day, applies="application" in open_now)
    return Joining(Way.apply if "application" in open_now else Way.through_firm, cohort, day=day)


def _door(phases: Sequence[CohortPhase], phase: Phase) -> CohortPhase | None:
    """The phase that opens one way in: its own, else the one with which people begin to come in; None: always open."""
    own = next((one for one in phases if one.phase is phase and one.skipped_at is None), None)
    return own or first_day(phases)


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
