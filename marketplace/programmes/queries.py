"""What a viewer may read of programmes and cohorts: those their organisation runs or takes part in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort

from marketplace.programmes.models import (
    Cohort,
    CohortPhase,
    CohortState,
    Enrolment,
    EnrolmentState,
    Programme,
    ProgrammeState,
)
from marketplace.programmes.policy import may_run_programmes
from tenants.current import Acting
from tenants.shared.database import db


def _in_sight(viewer: Acting) -> sa.ColumnElement[bool]:
    shared = sa.and_(Programme.state != ProgrammeState.draft, Programme.parties.contains([viewer.org_id]))
    if may_run_programmes(viewer):
        return sa.or_(Programme.org_id == viewer.org_id, shared)
    return shared


def programmes_in_sight(viewer: Acting) -> Sequence[Programme]:
    """Those the viewer's organisation runs or takes part in, the newest first; drafts for those who may run them."""
    return db.session.scalars(sa.select(Programme).where(_in_sight(viewer)).order_by(Programme.id.desc())).all()


def programme_or_404(viewer: Acting, programme_id: int) -> Programme:
    return db.session.scalar(sa.select(Programme).where(Programme.id == programme_id, _in_sight(viewer))) or abort(404)


def run_programme_or_404(viewer: Acting, programme_id: int) -> Programme:
    """A programme of the viewer's own organisation, for somebody who may run it."""
    programme = programme_or_404(viewer, programme_id)
    return programme if programme.org_id == viewer.org_id and may_run_programmes(viewer) else abort(404)


@dataclass(frozen=True, slots=True)
class CohortSeen:
    """A cohort as the viewer stands to it.

    ``runs``: coordinates the organisation that runs it. ``coordinates``: coordinates a firm that takes part. ``own``: the
    viewer's own enrolments in it, on whichever side, the latest first.
    """

    cohort: Cohort
    programme: Programme
    runs: bool
    coordinates: bool
    own: tuple[Enrolment, ...]

    @property
    def takes_part(self) -> bool:
        return any(one.state in {EnrolmentState.enrolled, EnrolmentState.completed} for one in self.own)


def cohort_or_404(viewer: Acting, cohort_id: int) -> CohortSeen:
    """A cohort that the viewer's organisation runs or takes part in, or that they are in; otherwise a 404. Two statements."""
    found = db.session.execute(
        sa.select(Cohort, Programme)
        .join(Programme, sa.and_(Programme.org_id == Cohort.org_id, Programme.id == Cohort.programme_id))
        .where(Cohort.id == cohort_id)
    ).one_or_none()
    if found is None:
        abort(404)
    cohort, programme = found
    own = tuple(
        db.session.scalars(
            sa.select(Enrolment)
            .where(
                Enrolment.org_id == cohort.org_id,
                Enrolment.cohort_id == cohort.id,
                Enrolment.person_id == viewer.person_id,
            )
            .order_by(Enrolment.id.desc())
        )
    )
    runs = cohort.org_id == viewer.org_id and may_run_programmes(viewer)
    shared = cohort.state is not CohortState.draft and (viewer.org_id in cohort.parties or bool(own))
    if not (runs or shared):
        abort(404)
    takes_care = viewer.coordinates and viewer.org_id in cohort.parties
    return CohortSeen(cohort, programme, runs, takes_care, own)


def run_cohort_or_404(viewer: Acting, cohort_id: int) -> CohortSeen:
    """A cohort of the viewer's own organisation, for somebody who may run it."""
    seen = cohort_or_404(viewer, cohort_id)
    return seen if seen.runs else abort(404)


def phases_of(cohort: Cohort) -> Sequence[CohortPhase]:
    """In their order; by the day they begin, and by their place in the year where two begin together."""
    found = db.session.scalars(
        sa.select(CohortPhase).where(CohortPhase.org_id == cohort.org_id, CohortPhase.cohort_id == cohort.id)
    ).all()
    order = list(type(found[0].phase)) if found else []
    return sorted(found, key=lambda one: order.index(one.phase))
