"""Readiness as its reader sees it: the picture, what changed, what is missing for a seat, and the time it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from marketplace.events.models import EventKind, EventState
from marketplace.events.queries import EventSeen
from marketplace.readiness.answers import Commitments
from marketplace.readiness.competencies import COMPETENCIES, ROLES, TOP, Competency, Role, readings_of
from marketplace.readiness.models import Moment, ReadinessReading
from marketplace.readiness.queries import Standing
from marketplace.training.queries import ModuleSeen

RADIUS = 100
"""Of the picture's outermost ring, in its own units; the centre is 0, 0."""
LABELS_AT = 1.13


@dataclass(frozen=True, slots=True)
class Axis:
    """One competency on the ring; ``anchor`` says how its label hangs."""

    number: int
    competency: Competency
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Series:
    """One outline: ``kind`` is how it is drawn, ``points`` where each level lies. ``levels`` by competency."""

    label: Any
    kind: str
    levels: Mapping[str, float]
    path: str
    points: tuple[tuple[float, float], ...]


def _at(number: int, share: float) -> tuple[float, float]:
    angle = 2 * pi * number / len(COMPETENCIES) - pi / 2
    return round(RADIUS * share * cos(angle), 1), round(RADIUS * share * sin(angle), 1)


def axes() -> list[Axis]:
    told = []
    for number, one in enumerate(COMPETENCIES.values()):
        x, y = _at(number, 1)
        label_x, label_y = _at(number, LABELS_AT)
        anchor = "middle" if abs(x) < RADIUS / 10 else "start" if x > 0 else "end"
        told.append(Axis(number + 1, one, x, y, label_x, label_y, anchor))
    return told


def rings() -> list[str]:
    """The outline of each level from 1 to the top."""
    return [_path([_at(number, level / TOP) for number in range(len(COMPETENCIES))]) for level in range(1, TOP + 1)]


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"


def series(label: Any, kind: str, levels: Mapping[str, float]) -> Series:
    """``levels`` of some competencies; those without one lie in the centre."""
    points = tuple(_at(number, levels.get(slug, 0) / TOP) for number, slug in enumerate(COMPETENCIES))
    return Series(label, kind, levels, _path(points), points)


# --- where somebody stands ----------------------------------------------------------------------------------------------


def latest_given(standings: Mapping[Moment, Standing]) -> Standing | None:
    given = [one for one in standings.values() if one.given]
    return given[-1] if given else None


def latest_shared(standings: Mapping[Moment, Standing]) -> Standing | None:
    shared = [one for one in standings.values() if one.shared]
    return shared[-1] if shared else None


def present_levels(standing: Standing | None) -> dict[str, float]:
    """The viewer's own levels; where the two are open to both, the middle of both."""
    if standing is None or standing.own is None:
        return {}
    own = standing.own.said.levels
    others = standing.others.said.levels if standing.others else own
    return {slug: (own[slug] + others[slug]) / 2 for slug in COMPETENCIES if slug in own and slug in others}


@dataclass(frozen=True, slots=True)
class Gap:
    """A competency in which the seat asks for more than there is."""

    competency: Competency
    has: float
    asks: int

    @property
    def size(self) -> float:
        return self.asks - self.has


def gaps(levels: Mapping[str, float], role: Role | None) -> list[Gap]:
    """The widest first; in the order of the competencies where two are alike. None while nothing is assessed."""
    if role is None or not levels:
        return []
    found = [Gap(COMPETENCIES[slug], levels.get(slug, 0), asks) for slug, asks in role.profile.items()]
    return sorted((one for one in found if one.size > 0), key=lambda one: -one.size)


# --- the path -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadingFace:
    """``key`` of one of ours; ``own_id`` of one of the candidate's."""

    key: str
    own_id: int | None
    words: str
    done: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the path holds for one gap."""

    gap: Gap
    modules: Sequence[ModuleSeen]
    readings: Sequence[ReadingFace]

    @property
    def done(self) -> int:
        return sum(one.done_at is not None for one in self.modules) + sum(one.done for one in self.readings)

    @property
    def all(self) -> int:
        return len(self.modules) + len(self.readings)


@dataclass(frozen=True, slots=True)
class Path:
    """Stretches in their order, then what is for every candidate: workshops and the mock board meeting."""

    stretches: Sequence[Stretch]
    events: Sequence[EventSeen]

    @property
    def done(self) -> int:
        return sum(one.done for one in self.stretches) + sum(came_to(one) for one in self.events)

    @property
    def all(self) -> int:
        return sum(one.all for one in self.stretches) + len(self.events)


def came_to(seen: EventSeen) -> bool:
    return seen.mine is not None and seen.mine.attended_at is not None


def path(
    found: Sequence[Gap],
    modules: Sequence[ModuleSeen],
    readings: Sequence[ReadinessReading],
    events: Sequence[EventSeen],
    locale: str,
) -> Path:
    """What closes the gaps. A module that names two of them stands at the wider one."""
    stretches, placed = [], set()
    for gap in found:
        slug = gap.competency.slug
        here = [one for one in modules if slug in one.module.competencies and one.module.id not in placed]
        placed |= {one.module.id for one in here}
        stretches.append(Stretch(gap, here, _readings(gap.competency, readings, locale)))
    kinds = {EventKind.workshop, EventKind.mock_board}
    ahead = [one for one in events if one.event.kind in kinds and one.event.state is EventState.published and one.mine]
    return Path(stretches, ahead)


def _readings(competency: Competency, kept: Sequence[ReadinessReading], locale: str) -> list[ReadingFace]:
    ticked = {one.key for one in kept if one.key and one.done_at}
    ours = [ReadingFace(key, None, words.text(locale), key in ticked) for key, words in readings_of(competency)]
    own = [
        ReadingFace("", one.id, one.title, one.done_at is not None)
        for one in kept
        if not one.key and one.competency == competency.slug
    ]
    return ours + own


# --- time ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimeCheck:
    """Days a year: what is held or thought of, one more seat of the target role, and what there is."""

    held: int
    one_more: int
    available: int | None

    @property
    def left(self) -> int | None:
        return None if self.available is None else self.available - self.held

    @property
    def left_after(self) -> int | None:
        return None if self.left is None else self.left - self.one_more


def time_check(commitments: Commitments, role: Role | None, available: int | None) -> TimeCheck:
    """Without a target role one more seat counts as a non-executive director's."""
    return TimeCheck(commitments.days, (role or ROLES["non_executive"]).days, available)
