"""What a viewer may read of a cohort's training: their own way through it, or, of those who run it, who is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import undefer

from marketplace.events.models import Event, EventGuest, EventState
from marketplace.events.queries import own_sides
from marketplace.programmes.models import Enrolment, EnrolmentState
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from marketplace.training.models import ModuleKind, QuizAnswer, TrainingCertificate, TrainingModule, TrainingProgress
from tenants.current import Acting
from tenants.shared.database import db

PAGE = 100
"""People on one page of the runner's list."""


def sees_training(seen: CohortSeen) -> bool:
    return seen.runs or seen.takes_part


def cohort_of_training_or_404(viewer: Acting, cohort_id: int) -> CohortSeen:
    seen = cohort_or_404(viewer, cohort_id)
    return seen if sees_training(seen) else abort(404)


@dataclass(frozen=True, slots=True)
class ModuleSeen:
    """A module as the viewer stands to it; ``event`` of a live one, ``came``: when they were at it."""

    module: TrainingModule
    progress: TrainingProgress | None
    event: Event | None
    came: datetime | None

    @property
    def done_at(self) -> datetime | None:
        return self.came if self.module.kind is ModuleKind.live else self.progress.done_at if self.progress else None

    @property
    def tries_left(self) -> int | None:
        """Of a quiz; None: any number."""
        if not self.module.tries:
            return None
        return max(self.module.tries - (self.progress.tries if self.progress else 0), 0)


def _modules(viewer: Acting, seen: CohortSeen) -> Any:
    mine = sa.and_(
        TrainingProgress.org_id == TrainingModule.org_id,
        TrainingProgress.module_id == TrainingModule.id,
        TrainingProgress.person_id == viewer.person_id,
    )
    came = sa.and_(
        EventGuest.org_id == TrainingModule.org_id,
        EventGuest.event_id == TrainingModule.event_id,
        EventGuest.person_id == viewer.person_id,
    )
    return (
        sa.select(TrainingModule, TrainingProgress, Event, EventGuest.attended_at)
        .outerjoin(TrainingProgress, mine)
        .outerjoin(Event, sa.and_(Event.org_id == TrainingModule.org_id, Event.id == TrainingModule.event_id))
        .outerjoin(EventGuest, came)
        .where(
            TrainingModule.org_id == seen.cohort.org_id,
            TrainingModule.cohort_id == seen.cohort.id,
            TrainingModule.removed_at.is_(None),
        )
        .order_by(TrainingModule.place, TrainingModule.id)
        .execution_options(populate_existing=True)
    )


def modules_of(viewer: Acting, seen: CohortSeen, *, everybodys: bool = False) -> list[ModuleSeen]:
    """In their order: those of the viewer's own sides, or (``everybodys``, for those who run it) all."""
    sides = own_sides(seen)
    rows = [ModuleSeen(*row) for row in db.session.execute(_modules(viewer, seen))]
    return [one for one in rows if (everybodys and seen.runs) or sides & set(one.module.sides)]


def module_or_404(viewer: Acting, seen: CohortSeen, module_id: int) -> ModuleSeen:
    row = db.session.execute(_modules(viewer, seen).where(TrainingModule.id == module_id)).one_or_none()
    if row is None or not (seen.runs or own_sides(seen) & set(row[0].sides)):
        abort(404)
    return ModuleSeen(*row)


def attempts_of(viewer: Acting, module: TrainingModule) -> Sequence[QuizAnswer]:
    """The viewer's own, the latest first; nobody reads another's."""
    return db.session.scalars(
        sa.select(QuizAnswer)
        .where(
            QuizAnswer.org_id == module.org_id,
            QuizAnswer.module_id == module.id,
            QuizAnswer.person_id == viewer.person_id,
        )
        .order_by(QuizAnswer.attempt.desc())
    ).all()


def own_certificates(viewer: Acting, seen: CohortSeen, *, content: bool = False) -> Sequence[TrainingCertificate]:
    query = sa.select(TrainingCertificate).where(
        TrainingCertificate.org_id == seen.cohort.org_id,
        TrainingCertificate.cohort_id == seen.cohort.id,
        TrainingCertificate.person_id == viewer.person_id,
    )
    if content:
        query = query.options(undefer(TrainingCertificate.content))
    return db.session.scalars(query.order_by(TrainingCertificate.issued_at.desc())).all()


@dataclass(frozen=True, slots=True)
class Verified:
    """What a stranger who holds the code learns. Not ``valid``: withdrawn, and everything else is empty."""

    valid: bool
    initials: str
    programme_en: str
    programme_fr: str
    trained_at: datetime | None

    def programme(self, locale: str) -> str:
        first, second = self.programme_en, self.programme_fr
        return (second or first) if locale.startswith("fr") else (first or second)


def certificate_by_code(code: str) -> Verified | None:
    """None for a code that never was, and for a certificate whose person was erased."""
    columns: tuple[Any, ...] = (
        sa.column("valid", sa.Boolean),
        *(sa.column(name, sa.Text) for name in ("initials", "programme_en", "programme_fr")),
        sa.column("trained_at", sa.DateTime(timezone=True)),
    )
    row = db.session.execute(sa.select(sa.func.training_certificate_by_code(code).table_valued(*columns))).first()
    return Verified(*row) if row else None


# --- for those who run the cohort ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trainee:
    """Done or not done, and nothing else of what somebody did."""

    enrolment_id: int
    person_id: int
    name: str
    firm: str
    side: str
    done: frozenset[int]
    trained_at: datetime | None


def trainees(seen: CohortSeen, *, page: int = 1) -> list[Trainee]:
    """Those who are not done come first; one more than ``PAGE``, when there is a next page."""
    columns: tuple[Any, ...] = (
        *(sa.column(name, sa.BigInteger) for name in ("enrolment_id", "person_id")),
        *(sa.column(name, sa.Text) for name in ("name", "firm", "side")),
        sa.column("done", sa.ARRAY(sa.BigInteger)),
        sa.column("trained_at", sa.DateTime(timezone=True)),
    )
    told = sa.func.training_people(seen.cohort.org_id, seen.cohort.id, PAGE + 1, (page - 1) * PAGE).table_valued(
        *columns
    )
    found = db.session.execute(sa.select(told)).mappings()
    return [Trainee(**(dict(row) | {"done": frozenset(row["done"])})) for row in found]


def counts_of(seen: CohortSeen) -> dict[int, tuple[int, int]]:
    """(asked, done) by module."""
    told = sa.func.training_counts(seen.cohort.org_id, seen.cohort.id).table_valued(
        sa.column("module_id", sa.BigInteger), sa.column("asked", sa.Integer), sa.column("done", sa.Integer)
    )
    return {row[0]: (row[1], row[2]) for row in db.session.execute(sa.select(told))}


def sessions_to_choose(seen: CohortSeen) -> Sequence[Event]:
    """Events of the cohort that a live module may stand for."""
    return db.session.scalars(
        sa.select(Event)
        .where(
            Event.org_id == seen.cohort.org_id,
            Event.cohort_id == seen.cohort.id,
            Event.state != EventState.cancelled,
        )
        .order_by(Event.starts_at)
    ).all()


# --- for the worker -------------------------------------------------------------------------------------------------------


def enrolment(org_id: int, enrolment_id: int) -> Enrolment | None:
    return db.session.get(Enrolment, (org_id, enrolment_id), populate_existing=True)


def required_of(one: Enrolment) -> Sequence[TrainingModule]:
    modules = db.session.scalars(
        sa.select(TrainingModule)
        .where(
            TrainingModule.org_id == one.org_id,
            TrainingModule.cohort_id == one.cohort_id,
            TrainingModule.required,
            TrainingModule.removed_at.is_(None),
        )
        .order_by(TrainingModule.place, TrainingModule.id)
    )
    return [module for module in modules if one.side.value in module.sides]


def not_trained(org_id: int, cohort_id: int) -> Sequence[int]:
    return db.session.scalars(
        sa.select(Enrolment.person_id)
        .where(
            Enrolment.org_id == org_id,
            Enrolment.cohort_id == cohort_id,
            Enrolment.state == EnrolmentState.enrolled,
            Enrolment.trained_at.is_(None),
        )
        .distinct()
        .order_by(Enrolment.person_id)
    ).all()
