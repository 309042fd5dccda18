"""The only reads: one's own answer, and figures that the database has let out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.dialects.postgresql import distinct_on

from marketplace.evaluation.auditor import MINIMUM_GROUP
from marketplace.evaluation.models import EquityAnswer, EvaluationSetting, FigureDrawing, ReleasedFigure
from marketplace.evaluation.policy import may_read_figures
from marketplace.programmes.models import Cohort, CohortState, Programme
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.database import db


def own_answer(viewer: Acting) -> EquityAnswer | None:
    return db.session.get(EquityAnswer, viewer.person_id)


def minimum_group(viewer: Acting) -> int:
    """What the viewer's own organisation has set."""
    setting = db.session.get(EvaluationSetting, viewer.org_id)
    return setting.minimum_group if setting else MINIMUM_GROUP


@dataclass(frozen=True, slots=True)
class Runner:
    """An organisation that runs cohorts of which the viewer may see figures, and those cohorts, newest first."""

    id: int
    name: str
    cohorts: tuple[tuple[Cohort, Programme], ...]

    def cohort(self, cohort_id: int) -> Cohort | None:
        return next((cohort for cohort, _programme in self.cohorts if cohort.id == cohort_id), None)


def runners(viewer: Acting, *, form: str = "") -> list[Runner]:
    """Those whose cohorts (of that form) the viewer's organisation runs or takes part in, its own first."""
    if not may_read_figures(viewer):
        abort(404)
    found: dict[tuple[bool, str, int], list[tuple[Cohort, Programme]]] = {}
    query = (
        sa.select(Cohort, Programme, Organisation.name)
        .join(Programme, sa.and_(Programme.org_id == Cohort.org_id, Programme.id == Cohort.programme_id))
        .join(Organisation, Organisation.id == Cohort.org_id)
        .where(Cohort.state.not_in([CohortState.draft, CohortState.cancelled]))
        .where(sa.or_(Cohort.org_id == viewer.org_id, sa.literal(viewer.org_id) == sa.any_(Cohort.parties)))
        .order_by(Cohort.launch_on.desc(), Cohort.id.desc())
    )
    for cohort, programme, name in db.session.execute(query.where(Cohort.form == form) if form else query):
        found.setdefault((cohort.org_id != viewer.org_id, name, cohort.org_id), []).append((cohort, programme))
    return [
        Runner(org_id, name, tuple(cohorts))
        for (_other, name, org_id), cohorts in sorted(found.items(), key=lambda one: one[0])
    ]


@dataclass(frozen=True, slots=True)
class Scope:
    """What one page is about. ``form`` empty, ``cohort_id`` or ``firm_id`` 0: of all."""

    org_id: int
    side: str
    on: date | None = None
    form: str = ""
    cohort_id: int = 0
    firm_id: int = 0


Key = tuple[str, int, int]
"""(stage, cohort, firm)."""


def figures(viewer: Acting, scope: Scope) -> dict[Key, ReleasedFigure]:
    """The newest figures of the scope's day or before: each stage of the scope, and one stage of each cohort and firm inside it.

    What is not in it is withheld, or nobody's: the two cannot be told apart. Asked by a firm, only of its own people.
    """
    if not may_read_figures(viewer):
        abort(404)
    one = ReleasedFigure
    inside = [sa.and_(one.form == scope.form, one.cohort_id == scope.cohort_id, one.firm_id == scope.firm_id)]
    if not scope.cohort_id:
        of_form = one.form == scope.form if scope.form else one.form != ""
        inside.append(sa.and_(one.stage == "enrolled", of_form, one.cohort_id != 0, one.firm_id == scope.firm_id))
    if not scope.firm_id:
        inside.append(
            sa.and_(one.stage == "enrolled", one.form == scope.form, one.cohort_id == scope.cohort_id, one.firm_id != 0)
        )
    query = (
        sa.select(one)
        .where(one.org_id == scope.org_id, one.side == scope.side, sa.or_(*inside))
        .ext(distinct_on(one.form, one.cohort_id, one.firm_id, one.stage))
        .order_by(one.form, one.cohort_id, one.firm_id, one.stage, one.drawn_on.desc())
    )
    if scope.on is not None:
        query = query.where(one.drawn_on <= scope.on)
    return {(row.stage, row.cohort_id, row.firm_id): row for row in db.session.scalars(query)}


def days(viewer: Acting, org_id: int) -> Sequence[date]:
    """The days as of which there are figures, the newest first: for a firm, those on which one of its own came out."""
    column: Any = FigureDrawing.drawn_on if org_id == viewer.org_id else ReleasedFigure.drawn_on
    table: Any = FigureDrawing if org_id == viewer.org_id else ReleasedFigure
    query = sa.select(column).where(table.org_id == org_id).distinct().order_by(column.desc()).limit(36)
    return db.session.scalars(query).all()


def firms_of(viewer: Acting, runner: Runner) -> dict[int, str]:
    """The firms that take part in these cohorts, for whoever runs them."""
    if runner.id != viewer.org_id:
        return {}
    parties = {firm_id for cohort, _programme in runner.cohorts for firm_id in cohort.parties} - {viewer.org_id}
    query = (
        sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(parties)).order_by(Organisation.name)
    )
    return {row.id: row.name for row in db.session.execute(query)}
