"""What a viewer may read of a cohort's events; and for the worker, whom to write to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import undefer

from marketplace.events.models import Answer, CohortMaterial, Event, EventCode, EventGuest, EventState
from marketplace.programmes.models import Enrolment, EnrolmentState
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from tenants.accounts.models import Person
from tenants.affiliations.models import COORDINATORS, Affiliation
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.database import db

TAKING_PART = (EnrolmentState.enrolled, EnrolmentState.completed)


@dataclass(frozen=True, slots=True)
class Figures:
    """What may be known beside the event's row; ``in_line``: the viewer's own place on the waiting list, 0 without one."""

    host: str = ""
    invited: int = 0
    coming: int = 0
    maybe: int = 0
    declined: int = 0
    waiting: int = 0
    attended: int = 0
    in_line: int = 0


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event as the viewer stands to it. ``mine``: their own invitation."""

    event: Event
    figures: Figures
    mine: EventGuest | None

    @property
    def stands(self) -> str:
        """Where the viewer's own answer stands, a key of ``words.STANDS``."""
        if self.mine is None or self.mine.answer is None:
            return ""
        return "waiting" if self.mine.answer is Answer.yes and not self.mine.seat else self.mine.answer.value


def cohort_of_events_or_404(viewer: Acting, cohort_id: int) -> CohortSeen:
    """A cohort whose events the viewer may see: they run it, look after a firm in it, or take part."""
    seen = cohort_or_404(viewer, cohort_id)
    return seen if sees_events(seen) else abort(404)


def sees_events(seen: CohortSeen) -> bool:
    return seen.runs or seen.coordinates or seen.takes_part


def own_sides(seen: CohortSeen) -> frozenset[str]:
    return frozenset(one.side.value for one in seen.own if one.state in TAKING_PART)


def _shown(seen: CohortSeen, event: Event, mine: EventGuest | None) -> bool:
    if seen.runs:
        return event.state is not EventState.cancelled or event.published_at is not None
    if event.state is EventState.draft or event.published_at is None:
        return False
    return seen.coordinates or mine is not None or bool(own_sides(seen) & set(event.sides))


def _figures(seen: CohortSeen) -> dict[int, Figures]:
    names = ("invited", "coming", "maybe", "declined", "waiting", "attended", "in_line")
    columns: tuple[Any, ...] = (
        sa.column("event_id", sa.BigInteger),
        sa.column("host", sa.Text),
        *(sa.column(name, sa.Integer) for name in names),
    )
    told = sa.func.event_figures(seen.cohort.org_id, seen.cohort.id).table_valued(*columns)
    return {row[0]: Figures(*row[1:]) for row in db.session.execute(sa.select(told))}


def events_of(viewer: Acting, seen: CohortSeen) -> list[EventSeen]:
    """Those the viewer may see, in the order of their days. Two statements."""
    rows = db.session.execute(_with_mine(viewer, seen).order_by(Event.starts_at, Event.id)).all()
    figures = _figures(seen)
    return [
        EventSeen(event, figures.get(event.id, Figures()), mine) for event, mine in rows if _shown(seen, event, mine)
    ]


def event_or_404(viewer: Acting, seen: CohortSeen, event_id: int) -> EventSeen:
    row = db.session.execute(_with_mine(viewer, seen).where(Event.id == event_id)).one_or_none()
    if row is None or not _shown(seen, *row):
        abort(404)
    return EventSeen(row[0], _figures(seen).get(event_id, Figures()), row[1])


def _with_mine(viewer: Acting, seen: CohortSeen) -> Any:
    mine = sa.and_(
        EventGuest.org_id == Event.org_id,
        EventGuest.event_id == Event.id,
        EventGuest.person_id == viewer.person_id,
        EventGuest.withdrawn_at.is_(None),
    )
    return (
        sa.select(Event, EventGuest)
        .outerjoin(EventGuest, mine)
        .where(Event.org_id == seen.cohort.org_id, Event.cohort_id == seen.cohort.id)
        .execution_options(populate_existing=True)
    )


def cohort_of_event_or_404(viewer: Acting, event_id: int) -> tuple[CohortSeen, EventSeen]:
    """By the event's number alone, as a link in a letter knows it."""
    cohort_id = db.session.scalar(sa.select(Event.cohort_id).where(Event.id == event_id))
    if cohort_id is None:
        abort(404)
    seen = cohort_of_events_or_404(viewer, cohort_id)
    return seen, event_or_404(viewer, seen, event_id)


# --- for those who run the cohort ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guest:
    guest_id: int
    person_id: int
    name: str
    firm: str
    sides: tuple[str, ...]
    answer: str | None
    seat: bool
    waiting_at: datetime | None
    attended_at: datetime | None
    attended_by: str | None

    @property
    def stands(self) -> str:
        return "waiting" if self.waiting_at else self.answer or ""


def guests_of(event: Event) -> list[Guest]:
    """By name, for the hosts; the database gives nobody else a row."""
    columns: tuple[Any, ...] = (
        *(sa.column(name, sa.BigInteger) for name in ("guest_id", "person_id")),
        *(sa.column(name, sa.Text) for name in ("name", "firm")),
        sa.column("sides", sa.ARRAY(sa.Text)),
        sa.column("answer", sa.Text),
        sa.column("seat", sa.Boolean),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("waiting_at", "attended_at")),
        sa.column("attended_by", sa.Text),
    )
    told = sa.func.event_guests(event.org_id, event.id).table_valued(*columns)
    found = db.session.execute(sa.select(told)).mappings()
    return [Guest(**(dict(row) | {"sides": tuple(row["sides"])})) for row in found]


def code_of(event: Event, now: datetime) -> EventCode | None:
    """The code that is shown now, for the hosts."""
    return db.session.scalar(
        sa.select(EventCode).where(
            EventCode.org_id == event.org_id, EventCode.event_id == event.id, EventCode.closes_at > now
        )
    )


def possible_hosts(viewer: Acting) -> Sequence[tuple[int, str]]:
    """(person, name) of the coordinators of the viewer's organisation."""
    rows = db.session.execute(
        sa.select(Person.id, Person.name)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .where(Affiliation.org_id == viewer.org_id, Affiliation.ended_on.is_(None), Affiliation.role.in_(COORDINATORS))
        .distinct()
        .order_by(Person.name)
    )
    return [(row[0], row[1]) for row in rows]


# --- materials ------------------------------------------------------------------------------------------------------------


def materials_of(
    seen: CohortSeen, *, event_id: int | None = None, module_id: int | None = None
) -> Sequence[CohortMaterial]:
    """What is handed out with an event or a module, to those who take part and those who run it."""
    return db.session.scalars(
        sa.select(CohortMaterial)
        .where(
            CohortMaterial.org_id == seen.cohort.org_id,
            CohortMaterial.cohort_id == seen.cohort.id,
            CohortMaterial.event_id == event_id if event_id else CohortMaterial.module_id == module_id,
            CohortMaterial.removed_at.is_(None),
        )
        .order_by(CohortMaterial.created_at, CohortMaterial.id)
    ).all()


def material_or_404(
    seen: CohortSeen,
    material_id: int,
    *,
    event_id: int | None = None,
    module_id: int | None = None,
    removed: bool = False,
    content: bool = False,
) -> CohortMaterial:
    query = sa.select(CohortMaterial).where(
        CohortMaterial.org_id == seen.cohort.org_id,
        CohortMaterial.id == material_id,
        CohortMaterial.event_id == event_id if event_id else CohortMaterial.module_id == module_id,
        CohortMaterial.removed_at.is_not(None) if removed else CohortMaterial.removed_at.is_(None),
    )
    if content:
        query = query.options(undefer(CohortMaterial.content)).where(CohortMaterial.content.is_not(None))
    return db.session.scalar(query) or abort(404)


# --- for the worker -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who takes part, where they take part; between employers there is no workspace (``org_id`` empty)."""

    person: Person
    org_id: int | None
    slug: str


def recipients(
    event: Event, *, people: Collection[int] | None = None, sides: Iterable[str] = (), left: bool = False
) -> list[Recipient]:
    """Participants of the event's cohort, each once: those named, or those on one of ``sides``. ``left``: also who took part."""
    query = (
        sa.select(Person, Enrolment.firm_id, Organisation.slug)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Enrolment.firm_id)
        .where(Enrolment.org_id == event.org_id, Enrolment.cohort_id == event.cohort_id)
        .order_by(Enrolment.firm_id.is_(None), Enrolment.id.desc())
    )
    if people is not None:
        query = query.where(Enrolment.person_id.in_(people))
    if not left:
        query = query.where(Enrolment.state.in_(TAKING_PART))
    if sides:
        query = query.where(Enrolment.side.in_(list(sides)))
    found: dict[int, Recipient] = {}
    for person, firm_id, slug in db.session.execute(query):
        found.setdefault(person.id, Recipient(person, firm_id, slug or ""))
    return list(found.values())


def guest_rows(event: Event) -> Sequence[EventGuest]:
    """Everybody who is asked now."""
    return db.session.scalars(
        sa.select(EventGuest)
        .where(EventGuest.org_id == event.org_id, EventGuest.event_id == event.id, EventGuest.withdrawn_at.is_(None))
        .order_by(EventGuest.id)
        .execution_options(populate_existing=True)
    ).all()


def events_ahead(org_id: int, cohort_id: int, now: datetime) -> Sequence[Event]:
    return db.session.scalars(
        sa.select(Event)
        .where(
            Event.org_id == org_id,
            Event.cohort_id == cohort_id,
            Event.state == EventState.published,
            Event.starts_at > now,
        )
        .order_by(Event.starts_at)
    ).all()


def due_events(org_id: int, now: datetime) -> Sequence[int]:
    """Published ones that have not begun: which of them needs something now is for the command to see."""
    return db.session.scalars(
        sa.select(Event.id)
        .where(Event.org_id == org_id, Event.state == EventState.published, Event.starts_at > now)
        .order_by(Event.starts_at)
    ).all()


def organisations_with_due_events(now: datetime, until: datetime) -> Sequence[int]:
    return db.session.scalars(sa.select(sa.func.organisations_with_due_events(now, until))).all()
