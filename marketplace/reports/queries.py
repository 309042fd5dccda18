"""The only reads: a cohort's report as it stands, its figures that were let out, its papers, and its evidence."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.programmes.models import CohortState
from marketplace.programmes.queries import CohortSeen, run_cohort_or_404
from marketplace.reports.models import CohortReport, ReportFigure, ReportPaper, ReportPaperKind
from marketplace.reports.told import Told
from tenants.current import Acting
from tenants.shared.database import db


def reported_or_404(viewer: Acting, cohort_id: int) -> CohortSeen:
    """A cohort that ran, for those who run it."""
    seen = run_cohort_or_404(viewer, cohort_id)
    return seen if seen.cohort.state in (CohortState.open, CohortState.closed) else abort(404)


def report_of(seen: CohortSeen) -> CohortReport | None:
    return db.session.get(CohortReport, (seen.cohort.org_id, seen.cohort.id))


def told_of(report: CohortReport) -> Told | None:
    """What the report says; None before it was drawn for the first time."""
    if report.drawn_at is None:
        return None
    query = sa.select(ReportFigure).where(
        ReportFigure.org_id == report.org_id, ReportFigure.cohort_id == report.cohort_id
    )
    return Told.of(report.facts, db.session.scalars(query))


def paper_or_404(seen: CohortSeen, kind: str, locale: str) -> ReportPaper:
    query = sa.select(ReportPaper).options(sa.orm.undefer(ReportPaper.content))
    where = (ReportPaper.org_id == seen.cohort.org_id, ReportPaper.cohort_id == seen.cohort.id)
    mine = (ReportPaper.kind == ReportPaperKind(kind), ReportPaper.locale == locale)
    return db.session.scalar(query.where(*where, *mine)) or abort(404)


def evidence_of(seen: CohortSeen) -> dict[str, Any]:
    """What the records show now, by the keys of ``evidence.STANDARDS``."""
    return db.session.scalar(sa.select(sa.func.cohort_evidence(seen.cohort.id))) or {}
