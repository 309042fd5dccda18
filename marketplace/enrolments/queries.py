"""Somebody's way into a cohort, as a viewer may know it; and the board of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.enrolments.models import DepartureReason, ManagerView
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import COUNTED, ON_THE_WAY, Cohort, Enrolment, EnrolmentState
from marketplace.programmes.queries import CohortSeen
from tenants.affiliations.models import Affiliation
from tenants.affiliations.queries import current_on
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.database import db

PAGE = 50
EXPORT_PAGE = 500
STUCK_AFTER = timedelta(days=7)
NUDGE_EVERY = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One enrolment as those who look after it know it."""

    id: int
    person_id: int
    name: str
    firm_id: int | None
    firm: str | None
    side: Side
    state: EnrolmentState
    way_in: str
    reason: str
    since: datetime
    due_at: datetime | None
    enrolled_at: datetime | None
    trained_at: datetime | None
    nudged_at: datetime | None
    replaces_id: int | None

    def stuck(self, now: datetime) -> bool:
        """Somebody has not answered for a week."""
        return self.state in ON_THE_WAY - {EnrolmentState.waiting} and self.since <= now - STUCK_AFTER

    def may_be_nudged(self, now: datetime) -> bool:
        return self.state in ON_THE_WAY - {EnrolmentState.waiting} and (
            self.nudged_at is None or self.nudged_at <= now - NUDGE_EVERY
        )


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the board is shown; as in the address bar."""

    state: EnrolmentState | None = None
    side: Side | None = None
    firm_id: int | None = None
    stuck: bool = False
    untrained: bool = False
    words: str = ""

    def query(self) -> dict[str, Any]:
        return {
            "state": self.state.value if self.state else None,
            "side": self.side.value if self.side else None,
            "firm": self.firm_id,
            "stuck": 1 if self.stuck else None,
            "untrained": 1 if self.untrained else None,
            "q": self.words or None,
        }

    @property
    def any(self) -> bool:
        return any(value is not None for value in self.query().values())


BOARD = sa.text(
    "SELECT * FROM cohort_board(:org, :cohort, CAST(:states AS text[]), CAST(:side AS text), CAST(:firm AS integer), "
    "CAST(:stuck AS timestamptz), :untrained, CAST(:words AS text), CAST(:only AS bigint), CAST(:before AS bigint), :most)"
)


PROFILE = sa.text("SELECT * FROM enrolment_profile(:org, :id)")


def _rows(
    cohort: Cohort, now: datetime, filters: Filters, only: int | None, before: int | None, most: int
) -> list[BoardRow]:
    values = {
        "org": cohort.org_id,
        "cohort": cohort.id,
        "states": [filters.state.value] if filters.state else None,
        "side": filters.side.value if filters.side else None,
        "firm": filters.firm_id,
        "stuck": now - STUCK_AFTER if filters.stuck else None,
        "untrained": filters.untrained,
        "words": filters.words.strip() or None,
        "only": only,
        "before": before,
        "most": most,
    }
    return [
        BoardRow(**{**row, "side": Side(row["side"]), "state": EnrolmentState(row["state"])})
        for row in db.session.execute(BOARD, values).mappings()
    ]


def board(
    viewer: Acting, seen: CohortSeen, filters: Filters, before: int | None, now: datetime
) -> tuple[list[BoardRow], bool]:
    """One page, the newest first, behind the enrolment ``before``; and whether there are more. For coordinators alone."""
    if not (seen.runs or (seen.coordinates and viewer.coordinates)):
        return [], False
    found = _rows(seen.cohort, now, filters, None, before, PAGE + 1)
    return found[:PAGE], len(found) > PAGE


def whole_board(seen: CohortSeen, filters: Filters, now: datetime) -> Iterator[BoardRow]:
    """Every row, page by page; for a file."""
    before: int | None = None
    while found := _rows(seen.cohort, now, filters, None, before, EXPORT_PAGE):
        yield from found
        before = found[-1].id


def counts(seen: CohortSeen) -> dict[tuple[Side, EnrolmentState], int]:
    """By side and state, of those whom the viewer looks after. One statement."""
    rows = db.session.execute(
        sa.text("SELECT side, state, number FROM enrolment_counts(:org, :cohort)"),
        {"org": seen.cohort.org_id, "cohort": seen.cohort.id},
    )
    return {(Side(row.side), EnrolmentState(row.state)): row.number for row in rows}


@dataclass(frozen=True, slots=True)
class Firm:
    id: int
    name: str


def firms_of(seen: CohortSeen) -> list[Firm]:
    """The organisations that take part, for those who run the programme."""
    if not seen.runs:
        return []
    rows = db.session.execute(
        sa.text("SELECT firm_id, name FROM programme_firms(:org, :programme)"),
        {"org": seen.programme.org_id, "programme": seen.programme.id},
    )
    return [Firm(row.firm_id, row.name) for row in rows]


@dataclass(frozen=True, slots=True)
class FirmBalance:
    """What one organisation gives and sends here, against its quotas (None: no limit), and how many of them are in pairs."""

    firm_id: int
    firm: str
    mentors: int
    mentees: int
    max_mentors: int | None
    max_mentees: int | None
    paired_mentors: int
    paired_mentees: int

    def more(self, balance: int | None) -> int | None:
        """How many more mentees it may send; below zero, its mentors have left since. None: as many as it likes."""
        limits = [] if self.max_mentees is None else [self.max_mentees - self.mentees]
        if balance is not None:
            limits.append(self.mentors + balance - self.mentees)
        return min(limits) if limits else None


def balances(seen: CohortSeen) -> list[FirmBalance]:
    """Of all organisations for those who run the cohort, its own for one that takes part. None where nothing is limited."""
    quota = seen.cohort.modalities.quota
    if quota.mentors is None and quota.mentees is None and quota.balance is None:
        return []
    rows = db.session.execute(
        sa.text("SELECT * FROM firm_balances(:org, :cohort)"), {"org": seen.cohort.org_id, "cohort": seen.cohort.id}
    )
    return [FirmBalance(**row) for row in rows.mappings()]


@dataclass(frozen=True, slots=True)
class EnrolmentSeen:
    """An enrolment as the viewer stands to it. ``row``: for those who look after it. ``mine``: it is the viewer's own."""

    enrolment: Enrolment
    mine: bool
    runs: bool
    cares: bool
    row: BoardRow | None = None
    view: ManagerView | None = None
    departure: str = ""
    position: int | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)


def enrolment_or_404(viewer: Acting, seen: CohortSeen, enrolment_id: int, now: datetime) -> EnrolmentSeen:
    """The viewer's own, any of a cohort that they run, or one of their own organisation's people."""
    one = db.session.scalar(
        sa.select(Enrolment).where(
            Enrolment.org_id == seen.cohort.org_id,
            Enrolment.cohort_id == seen.cohort.id,
            Enrolment.id == enrolment_id,
        )
    )
    if one is None:
        abort(404)
    mine = one.person_id == viewer.person_id
    cares = viewer.coordinates and one.firm_id == viewer.org_id and not mine
    runs = seen.runs and not mine
    if not (mine or cares or runs):
        abort(404)
    rows = _rows(seen.cohort, now, Filters(), one.id, None, 1) if cares or runs else []
    key = (one.org_id, one.id)
    view = db.session.get(ManagerView, key)
    departure = db.session.get(DepartureReason, key) if (runs or mine) and one.ended_at else None
    profile = db.session.execute(PROFILE, {"org": one.org_id, "id": one.id}).mappings().first() if runs else None
    position = (
        db.session.scalar(sa.select(sa.func.waiting_position(*key))) if one.state is EnrolmentState.waiting else None
    )
    return EnrolmentSeen(
        one,
        mine,
        runs,
        cares,
        rows[0] if rows else None,
        view,
        departure.words if departure else "",
        position,
        dict(profile) if profile else {},
    )


def waits_on(org_id: int, cohort_id: int, side: Side) -> bool:
    """For the worker: whether anybody waits for a place on this side."""
    waiting = sa.select(Enrolment.id).where(
        Enrolment.org_id == org_id,
        Enrolment.cohort_id == cohort_id,
        Enrolment.side == side,
        Enrolment.state == EnrolmentState.waiting,
    )
    return db.session.scalar(sa.select(waiting.exists())) or False


def current_enrolment(seen: CohortSeen) -> Enrolment | None:
    """The viewer's own that counts now, else None."""
    return next((one for one in seen.own if one.state in COUNTED), None)


@dataclass(frozen=True, slots=True)
class AskedManager:
    """What a line manager sees of it."""

    view: ManagerView
    name: str
    side: Side
    state: EnrolmentState


def asked_manager_or_404(viewer: Acting, org_id: int, enrolment_id: int) -> AskedManager:
    view = db.session.get(ManagerView, (org_id, enrolment_id))
    row = db.session.execute(
        sa.text("SELECT name, side, state FROM asked_of_manager(:org, :id)"), {"org": org_id, "id": enrolment_id}
    ).first()
    if view is None or view.manager_id != viewer.person_id or row is None:
        abort(404)
    return AskedManager(view, row.name, Side(row.side), EnrolmentState(row.state))


def known_people(viewer: Acting, addresses: Sequence[str]) -> dict[str, int]:
    """The viewer's own people by their address at work, lower case: person's number."""
    if not viewer.coordinates:
        return {}
    rows = db.session.execute(
        sa.select(sa.func.lower(Affiliation.work_email), Affiliation.person_id).where(
            Affiliation.org_id == viewer.org_id,
            sa.func.lower(Affiliation.work_email).in_([one.lower() for one in addresses]),
            current_on(clock.today()),
        )
    )
    return {row[0]: row[1] for row in rows}
