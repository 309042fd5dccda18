"""A programme as its audience sees it: those who run it, those whose organisation takes part, those who are in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort, CohortState, Enrolment, EnrolmentState, Programme, ProgrammeState
from marketplace.programmes.policy import may_run_programmes
from marketplace.showcase.models import ProgrammePage
from tenants.current import Acting
from tenants.shared.database import db

TAKING_PART = frozenset({EnrolmentState.enrolled, EnrolmentState.completed})


@dataclass(frozen=True, slots=True)
class ProgrammeSeen:
    """A programme as the viewer stands to it.

    ``runs``: coordinates the organisation that runs it. ``coordinates``: coordinates one that takes part. ``own``: the
    viewer's enrolments with their cohorts, the latest first.
    """

    programme: Programme
    runs: bool
    coordinates: bool
    own: tuple[tuple[Enrolment, Cohort], ...]

    @property
    def sides(self) -> frozenset[Side]:
        """On which sides the viewer takes part, or took part to the end."""
        return frozenset(enrolment.side for enrolment, _cohort in self.own if enrolment.state in TAKING_PART)


def programme_seen_or_404(viewer: Acting, programme_id: int) -> ProgrammeSeen:
    """A programme that the viewer's organisation runs or takes part in, or that they are in; otherwise a 404.

    Whoever is in a cohort goes on seeing it when their firm has left the programme. A draft is for those who may run it.
    """
    programme = db.session.scalar(sa.select(Programme).where(Programme.id == programme_id)) or abort(404)
    own = db.session.execute(
        sa.select(Enrolment, Cohort)
        .join(Cohort, sa.and_(Cohort.org_id == Enrolment.org_id, Cohort.id == Enrolment.cohort_id))
        .where(
            Cohort.org_id == programme.org_id,
            Cohort.programme_id == programme.id,
            Enrolment.person_id == viewer.person_id,
        )
        .order_by(Enrolment.id.desc())
    ).all()
    runs = programme.org_id == viewer.org_id and may_run_programmes(viewer)
    party = viewer.org_id in programme.parties
    if not runs and (programme.state is ProgrammeState.draft or not (party or own)):
        abort(404)
    return ProgrammeSeen(programme, runs, viewer.coordinates and party, tuple((one, cohort) for one, cohort in own))


def run_programme_seen_or_404(viewer: Acting, programme_id: int) -> ProgrammeSeen:
    """The same for somebody who may run it."""
    seen = programme_seen_or_404(viewer, programme_id)
    return seen if seen.runs else abort(404)


@dataclass(frozen=True, slots=True)
class Host:
    """The organisation that runs a programme, as every party may know it. ``accent`` is ``#rrggbb`` or empty."""

    name: str
    is_network: bool
    accent: str
    logo: bytes | None


def host_of(seen: ProgrammeSeen) -> Host:
    found = db.session.execute(_about("programme_host", seen.programme, "name", "kind", "accent", "logo")).one_or_none()
    if found is None:
        abort(404)
    return Host(found.name, found.kind == "network", found.accent or "", bytes(found.logo) if found.logo else None)


def _about(function: str, programme: Programme, *columns: str) -> sa.Select[Any]:
    asked = getattr(sa.func, function)(programme.org_id, programme.id).table_valued(*columns)
    return sa.select(asked)


def names_firms(seen: ProgrammeSeen) -> bool:
    page = db.session.get(ProgrammePage, (seen.programme.org_id, seen.programme.id))
    return page is not None and page.names_firms


def named_firms(seen: ProgrammeSeen) -> Sequence[str]:
    """The organisations that take part, where the organisation that runs the programme chose to name them; else none."""
    found = db.session.execute(_about("programme_named_firms", seen.programme, "name", "is_school"))
    return [row.name for row in found]


@dataclass(frozen=True, slots=True)
class Firm:
    id: int
    name: str
    slug: str


def poster_firms(seen: ProgrammeSeen) -> Sequence[Firm]:
    """Those who take part, for whoever runs the programme and hangs a poster at each of them."""
    if not seen.runs:
        return []
    found = db.session.execute(_about("programme_firms", seen.programme, "firm_id", "name", "slug", "state"))
    return [Firm(row.firm_id, row.name, row.slug) for row in found if row.state == "active"]


def cohorts_shown(viewer: Acting, seen: ProgrammeSeen) -> Sequence[Cohort]:
    """Its cohorts as the viewer may open them, the newest first; drafts and cancelled ones for those who run it."""
    programme = seen.programme
    mine = [cohort.id for _enrolment, cohort in seen.own]
    shown = sa.and_(
        Cohort.state.in_([CohortState.open, CohortState.closed]),
        sa.or_(Cohort.parties.contains([viewer.org_id]), Cohort.id.in_(mine)),
    )
    found = sa.select(Cohort).where(Cohort.org_id == programme.org_id, Cohort.programme_id == programme.id)
    if not seen.runs:
        found = found.where(shown)
    return db.session.scalars(found.order_by(Cohort.ordinal.desc())).all()
