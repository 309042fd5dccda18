"""What those who fill seats read: their seats, the cards that fit one, and its record. The viewer comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from flask import abort

from marketplace.dossiers.face import Face
from marketplace.selections.criteria import Criteria, Criterion, musts, parts, place, wishes
from marketplace.selections.models import SeatSpecification, Selection, SelectionEntry, SelectionStep, Stage
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.shared.database import db

BEST, NEAR = 300, 25
"""How many cards are ranked, and how many are looked for of those that miss one must: as many or more are not counted."""

FILLS = sa.text("SELECT fills_seats()")
FITTING = sa.text("SELECT * FROM seat_candidates(:seat, CAST(:musts AS text[]), CAST(:wishes AS text[]), :most)")
NEARLY = sa.text("SELECT * FROM seat_near_misses(:seat, CAST(:musts AS text[]), :most)")
KNOWN = sa.text("SELECT * FROM seat_cards(:seat, CAST(:cards AS bigint[]))")
CHECKED = sa.text("SELECT * FROM seat_checks(:seat, CAST(:cards AS bigint[]))")


@dataclass(frozen=True, slots=True)
class Check:
    """``independent``: ``free``, ``not`` or ``ask``. ``within``: no limit of mandates may be reached by this seat."""

    independent: str
    within: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """A card, and the points that it gets by each criterion, in their order."""

    id: int
    face: Face
    points: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.points)


@dataclass(frozen=True, slots=True)
class Found:
    """``not_independent``: how many were left out by that must. ``by_must``: how many miss that must alone, in the order of the
    musts; ``NEAR`` stands for so many or more.
    """

    ranked: Sequence[Ranked]
    by_must: Sequence[int]
    not_independent: int
    more: bool


@dataclass(frozen=True, slots=True)
class SeatLine:
    seat: SeatSpecification
    closed_at: datetime | None
    stages: Counter[Stage]


@dataclass(frozen=True, slots=True)
class Step:
    stage: Stage
    reason: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a record. ``card`` is None when it is not shown any more; what was said of it in words is left out then."""

    entry: SelectionEntry
    card: Ranked | None
    check: Check | None
    steps: Sequence[Step] = field(default_factory=tuple)


def fills_seats(_viewer: Acting) -> bool:
    return bool(db.session.scalar(FILLS))


def asked(seat: SeatSpecification) -> Criteria:
    return Criteria.model_validate(seat.criteria)


# --- seats --------------------------------------------------------------------------------------------------------------


def seats(viewer: Acting) -> list[SeatLine]:
    """Those that are open first, the latest on top."""
    found = db.session.execute(
        sa.select(SeatSpecification, Selection.id, Selection.closed_at)
        .outerjoin(
            Selection,
            sa.and_(Selection.org_id == SeatSpecification.org_id, Selection.specification_id == SeatSpecification.id),
        )
        .where(SeatSpecification.org_id == viewer.org_id)
        .order_by(Selection.closed_at.desc().nulls_first(), SeatSpecification.id.desc())
    ).all()
    counted = db.session.execute(
        sa.select(SelectionEntry.selection_id, SelectionEntry.stage, sa.func.count())
        .where(SelectionEntry.org_id == viewer.org_id)
        .group_by(SelectionEntry.selection_id, SelectionEntry.stage)
    ).all()
    stages: dict[int, Counter[Stage]] = {}
    for selection_id, stage, number in counted:
        stages.setdefault(selection_id, Counter())[stage] = number
    return [SeatLine(seat, closed_at, stages.get(selection_id, Counter())) for seat, selection_id, closed_at in found]


def seat_or_404(viewer: Acting, seat_id: int) -> SeatSpecification:
    query = (
        sa.select(SeatSpecification)
        .where(SeatSpecification.org_id == viewer.org_id, SeatSpecification.id == seat_id)
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query) or abort(404)


def selection_of(viewer: Acting, seat: SeatSpecification) -> Selection | None:
    return db.session.scalar(
        sa.select(Selection)
        .where(Selection.org_id == viewer.org_id, Selection.specification_id == seat.id)
        .execution_options(populate_existing=True)
    )


# --- cards --------------------------------------------------------------------------------------------------------------


def _ranked(row: sa.RowMapping, criteria: Sequence[Criterion]) -> Ranked:
    face = Face.model_validate(row["face"])
    return Ranked(row["id"], face, tuple(one.points(face) for one in criteria))


def checks(_viewer: Acting, seat: SeatSpecification, cards: Sequence[int]) -> dict[int, Check]:
    rows = db.session.execute(CHECKED, {"seat": seat.id, "cards": list(cards)})
    return {card_id: Check(independent, within) for card_id, independent, within in rows}


def in_order(seat: SeatSpecification, cards: Sequence[Ranked]) -> list[Ranked]:
    """The most points first; those with as many by lot, which is the seat's own."""
    return sorted(cards, key=lambda one: (-one.total, place(seat.id, one.id)))


def found_for(viewer: Acting, seat: SeatSpecification) -> Found:
    """The best cards for a seat, ranked, and what each must costs."""
    criteria = parts(asked(seat))
    values = {"seat": seat.id, "musts": musts(criteria), "wishes": wishes(criteria), "most": BEST}
    cards = [_ranked(row, criteria) for row in db.session.execute(FITTING, values).mappings()]
    more, left_out = len(cards) == BEST, 0
    if asked(seat).independent:
        verdicts = checks(viewer, seat, [one.id for one in cards])
        kept = [one for one in cards if one.id in verdicts and verdicts[one.id].independent != "not"]
        left_out, cards = len(cards) - len(kept), kept
    missed = Counter(row["missed"] for row in _near(seat, criteria))
    by_must = [missed[number] for number in range(1, len(musts(criteria)) + 1)]
    return Found(in_order(seat, cards), by_must, left_out, more)


def _near(seat: SeatSpecification, criteria: Sequence[Criterion]) -> Sequence[sa.RowMapping]:
    if not (asked_for := musts(criteria)):
        return []
    values = {"seat": seat.id, "musts": asked_for, "most": NEAR}
    return db.session.execute(NEARLY, values).mappings().all()


def near_misses(_viewer: Acting, seat: SeatSpecification) -> list[tuple[Criterion, list[Ranked]]]:
    """For each must, the best of those who miss it and nothing else that must be."""
    criteria = parts(asked(seat))
    needed = [one for one in criteria if one.must]
    rows = _near(seat, criteria)
    return [
        (one, in_order(seat, [_ranked(row, criteria) for row in rows if row["missed"] == number])[: NEAR - 1])
        for number, one in enumerate(needed, 1)
    ]


# --- the record ---------------------------------------------------------------------------------------------------------


def entries(viewer: Acting, selection: Selection | None) -> Sequence[SelectionEntry]:
    if selection is None:
        return []
    return db.session.scalars(
        sa.select(SelectionEntry)
        .where(SelectionEntry.org_id == viewer.org_id, SelectionEntry.selection_id == selection.id)
        .order_by(SelectionEntry.number)
        .execution_options(populate_existing=True)
    ).all()


def entry_or_404(viewer: Acting, selection: Selection | None, entry_id: int) -> SelectionEntry:
    return next((one for one in entries(viewer, selection) if one.id == entry_id), None) or abort(404)


def cards_of(_viewer: Acting, seat: SeatSpecification, cards: Sequence[int]) -> dict[int, Ranked]:
    """Those of the cards that are shown today."""
    criteria = parts(asked(seat))
    rows = db.session.execute(KNOWN, {"seat": seat.id, "cards": list(cards)}).mappings()
    return {row["id"]: _ranked(row, criteria) for row in rows}


def record_of(viewer: Acting, seat: SeatSpecification, selection: Selection | None) -> list[Line]:
    """In the order in which they were put down, with every step."""
    kept = entries(viewer, selection)
    numbers = [one.card_id for one in kept]
    shown = cards_of(viewer, seat, numbers)
    verdicts = checks(viewer, seat, list(shown))
    steps = _steps(viewer, selection, {one.id for one in kept if one.card_id in shown})
    return [Line(one, shown.get(one.card_id), verdicts.get(one.card_id), tuple(steps.get(one.id, ()))) for one in kept]


def _steps(viewer: Acting, selection: Selection | None, told: set[int]) -> dict[int, list[Step]]:
    if selection is None:
        return {}
    rows = db.session.execute(
        sa.select(SelectionStep, Person.name)
        .outerjoin(Person, Person.id == SelectionStep.by_id)
        .where(SelectionStep.org_id == viewer.org_id, SelectionStep.selection_id == selection.id)
        .order_by(SelectionStep.id)
    )
    found: dict[int, list[Step]] = {}
    for one, name in rows:
        words = one.words if one.entry_id in told else ""
        found.setdefault(one.entry_id, []).append(Step(one.stage, one.reason, words, name or "", one.at))
    return found
