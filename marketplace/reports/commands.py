"""The only writes: a report is asked for, and drawn by the worker, a step after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.programmes.models import Cohort, CohortState
from marketplace.programmes.policy import may_run_programmes
from marketplace.reports import evidence
from marketplace.reports.facts import facts_of
from marketplace.reports.models import CohortReport, ReportFigure, ReportPaper, ReportPaperKind, ReportState
from marketplace.reports.sections import sections, title_of
from marketplace.reports.told import Told
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.papers import paper_pdf

LOCALES = ("en", "fr")


def ask_for_report(*, acting: Acting, cohort: Cohort, now: datetime) -> None:
    """Have the report drawn, or drawn again; asked twice it is drawn once. Figures that were shown stay as they are."""
    if cohort.org_id != acting.org_id or not may_run_programmes(acting):
        raise Forbidden(_("Those who run the cohort have its report drawn."))
    if cohort.state is not CohortState.closed:
        raise Refused(_("The report is drawn when the cohort has closed."))
    _wait(cohort.org_id, cohort.id, acting.person_id, now)
    record(
        "report.asked",
        org_ids=[acting.org_id],
        now=now,
        subject=("cohort", cohort.id),
        actor=(acting.person_id, acting.person_name),
    )
    jobs.announce("report.asked", org_id=cohort.org_id, cohort_id=cohort.id)
    db.session.commit()


def begin_report(*, org_id: int, cohort_id: int, now: datetime) -> None:
    """The cohort has closed: its report is drawn without anybody's asking."""
    _wait(org_id, cohort_id, None, now)
    jobs.announce("report.asked", org_id=org_id, cohort_id=cohort_id)
    db.session.commit()


def _wait(org_id: int, cohort_id: int, asked_by_id: int | None, now: datetime) -> None:
    values = {"state": ReportState.drawing, "done": 0, "asked_by_id": asked_by_id, "asked_at": now}
    statement = insert(cast(sa.Table, CohortReport.__table__)).values(org_id=org_id, cohort_id=cohort_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id", "cohort_id"], set_=values))


def draw_report(*, org_id: int, cohort_id: int, now: datetime) -> CohortReport | None:
    """Every step of a report that waits, each in a transaction of its own, so that its reader sees how far it is.

    What it says is held once in memory; papers are made and put down one after the other. None where nothing waited.
    """
    report = db.session.get(CohortReport, (org_id, cohort_id), populate_existing=True)
    if report is None or report.state is not ReportState.drawing:
        return None
    db.session.execute(sa.select(sa.func.draw_report(cohort_id, now)))
    cohort = db.session.get_one(Cohort, (org_id, cohort_id))
    report.facts, report.drawn_at, report.done = facts_of(cohort), now, 1
    told = Told.of(report.facts, _figures(org_id, cohort_id))
    slug = db.session.get_one(Organisation, org_id).slug
    ids = evidence.Ids(slug, cohort_id, cohort.programme_id)
    db.session.commit()
    for kind, locale, content in _papers(told, ids):
        values = {"content": content, "drawn_at": now}
        statement = insert(cast(sa.Table, ReportPaper.__table__))
        statement = statement.values(org_id=org_id, cohort_id=cohort_id, kind=kind, locale=locale, **values)
        key = ["org_id", "cohort_id", "kind", "locale"]
        db.session.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
        report.done += 1
        db.session.commit()
    report.state = ReportState.ready
    return report


def _figures(org_id: int, cohort_id: int) -> list[ReportFigure]:
    query = sa.select(ReportFigure).where(ReportFigure.org_id == org_id, ReportFigure.cohort_id == cohort_id)
    return list(db.session.scalars(query))


def _papers(told: Told, ids: evidence.Ids) -> Iterator[tuple[ReportPaperKind, str, bytes]]:
    def address(path: str) -> str:
        return f"{current_app.config['BASE_URL']}{path}"

    for locale in LOCALES:
        with force_locale(locale):
            title = title_of(told.facts)
            scene = {"title": title, "locale": locale, "author": told.facts["runner"]}
            yield (
                ReportPaperKind.report,
                locale,
                paper_pdf("reports/paper.html", sections=sections(told), closed_on=told.facts["closed_on"], **scene),
            )
            parts = evidence.pack(told.facts["evidence"], ids, address)
            yield (
                ReportPaperKind.evidence,
                locale,
                paper_pdf("reports/evidence_paper.html", parts=parts, source=evidence.SOURCE, **scene),
            )
