"""The only reads: measures that the database has let out, and live counts of what the viewer looks after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from marketplace.evaluation.queries import Runner
from marketplace.measures.models import CohortCost, DashboardDigest, MeasureDrawing, ReleasedMeasure
from marketplace.programmes.models import Cohort, CohortState
from tenants.current import Acting
from tenants.shared.database import db

ONE = ReleasedMeasure


@dataclass(frozen=True, slots=True)
class Scope:
    """What one page is about: the cohorts of ``runner``, or one of them; everybody in them, or one firm's people."""

    runner: Runner
    cohort: Cohort | None = None
    firm_id: int = 0
    on: date | None = None

    @property
    def cohort_id(self) -> int:
        return self.cohort.id if self.cohort else 0

    @property
    def sides(self) -> tuple[str, ...]:
        """What figures are told apart by: a firm's mentees and its mentors."""
        return ("mentee", "mentor") if self.firm_id else ("",)

    def where(self) -> list[sa.ColumnElement[bool]]:
        return [
            ONE.org_id == self.runner.id,
            ONE.side.in_(self.sides),
            ONE.form == (self.cohort.form.value if self.cohort else ""),
            ONE.cohort_id == self.cohort_id,
            ONE.firm_id == self.firm_id,
        ]


Key = tuple[str, str]
"""(measure, side)."""


def measures(viewer: Acting, scope: Scope) -> dict[Key, ReleasedMeasure]:
    """The newest of each as of the scope's day. What is not in it is withheld, or nothing was counted: nobody can tell."""
    del viewer  # The wall shows a firm its own rows only.
    query = sa.select(ONE).where(*scope.where()).ext(distinct_on(ONE.measure, ONE.side))
    query = query.order_by(ONE.measure, ONE.side, ONE.drawn_on.desc())
    if scope.on is not None:
        query = query.where(ONE.drawn_on <= scope.on)
    return {(row.measure, row.side): row for row in db.session.scalars(query)}


def history(viewer: Acting, scope: Scope, measure: str) -> dict[str, list[ReleasedMeasure]]:
    """By side, everything that came out of one measure, the oldest first; three years at most."""
    del viewer
    query = sa.select(ONE).where(*scope.where(), ONE.measure == measure).order_by(ONE.drawn_on.desc()).limit(72)
    found: dict[str, list[ReleasedMeasure]] = {}
    for row in reversed(db.session.scalars(query).all()):
        found.setdefault(row.side, []).append(row)
    return found


def ledger(viewer: Acting, scope: Scope) -> dict[tuple[int, str, str], ReleasedMeasure]:
    """Places and hours by (firm, side, measure): the newest that may be shown of each firm; for a firm, its own."""
    del viewer
    query = (
        sa.select(ONE)
        .where(
            ONE.org_id == scope.runner.id,
            ONE.side.in_(["mentee", "mentor"]),
            ONE.form == (scope.cohort.form.value if scope.cohort else ""),
            ONE.cohort_id == scope.cohort_id,
            ONE.measure.in_(["places", "hours", "meetings"]),
        )
        .ext(distinct_on(ONE.firm_id, ONE.side, ONE.measure))
        .order_by(ONE.firm_id, ONE.side, ONE.measure, ONE.drawn_on.desc())
    )
    return {(row.firm_id, row.side, row.measure): row for row in db.session.scalars(query)}


def own_places(viewer: Acting, runner: Runner) -> dict[str, tuple[int, int]]:
    """By side, the pairs of the viewer's own people in somebody's cohorts: (ever begun, under way)."""
    del viewer
    rows = db.session.execute(sa.select("*").select_from(sa.func.own_places(runner.id)))
    return {row.side: (row.begun, row.under_way) for row in rows}


def days(viewer: Acting, runner: Runner) -> Sequence[date]:
    """The days as of which there are measures, the newest first."""
    own = runner.id == viewer.org_id
    column: Any = MeasureDrawing.drawn_on if own else ONE.drawn_on
    table: Any = MeasureDrawing if own else ONE
    query = sa.select(column).where(table.org_id == runner.id).distinct().order_by(column.desc()).limit(36)
    return db.session.scalars(query).all()


Live = Counter[tuple[str, str]]
"""How many stand where in open cohorts: (what, side)."""

LIVE = sa.text("SELECT what, side, number FROM live_counts(:org, :cohort, :firm)")


def live(viewer: Acting, scope: Scope) -> Live | None:
    """Of what the viewer looks after; None where no cohort of the scope is under way."""
    cohorts = [scope.cohort] if scope.cohort else [cohort for cohort, _programme in scope.runner.cohorts]
    if not any(cohort.state is CohortState.open for cohort in cohorts):
        return None
    firm = scope.firm_id if scope.runner.id == viewer.org_id else 0
    rows = db.session.execute(LIVE, {"org": scope.runner.id, "cohort": scope.cohort_id, "firm": firm})
    return Counter({(row.what, row.side): row.number for row in rows})


def cost(viewer: Acting, scope: Scope) -> CohortCost | None:
    """What a cohort costs, for those who run it."""
    if scope.cohort is None or scope.runner.id != viewer.org_id:
        return None
    return db.session.get(CohortCost, (viewer.org_id, scope.cohort_id))


def own_digest(viewer: Acting) -> DashboardDigest | None:
    return db.session.get(DashboardDigest, (viewer.org_id, viewer.person_id))
