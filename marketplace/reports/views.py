"""A cohort's report: where it stands, what it says, slides, papers, files, and the evidence."""

from __future__ import annotations

import io
from datetime import timedelta

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.programmes.models import CohortState
from marketplace.programmes.queries import CohortSeen
from marketplace.programmes.tabs import Tab, register
from marketplace.reports import commands, evidence, exporting, jobs, queries
from marketplace.reports.models import STEPS, ReportState
from marketplace.reports.queries import reported_or_404
from marketplace.reports.sections import sections, title_of
from marketplace.reports.told import Told
from tenants.shared import clock
from tenants.spreadsheets.writing import FORMATS

bp = Blueprint("reports", __name__)

__all__ = ["bp", "jobs"]

RAN = (CohortState.open, CohortState.closed)
register(Tab("report", _l("Report"), "reports.index", 86, shown=lambda seen: seen.runs and seen.cohort.state in RAN))

LONG = timedelta(minutes=10)
"""A report that is not drawn by then has come to nothing, and may be asked for again."""


@bp.get("")
def index(cohort_id: int) -> ResponseReturnValue:
    seen = reported_or_404(g.acting, cohort_id)
    report = queries.report_of(seen)
    drawing = report is not None and report.state is ReportState.drawing
    told = queries.told_of(report) if report and not drawing else None
    response = make_response(
        render_template(
            "reports/index.html",
            seen=seen,
            report=report,
            drawing=drawing,
            stuck=bool(drawing and report and report.asked_at < clock.now() - LONG),
            steps=STEPS,
            sections=sections(told) if told else [],
            parts=_parts(seen),
        )
    )
    if drawing:
        response.headers["Refresh"] = "3"
    return response


@bp.post("/drawing")
def draw(cohort_id: int) -> ResponseReturnValue:
    seen = reported_or_404(g.acting, cohort_id)
    commands.ask_for_report(acting=g.acting, cohort=seen.cohort, now=clock.now())
    flash(_("The report is being drawn. You get a letter when it is ready."), "ok")
    return redirect(url_for(".index", cohort_id=cohort_id), 303)


def _told_or_404(cohort_id: int) -> tuple[CohortSeen, Told]:
    seen = reported_or_404(g.acting, cohort_id)
    report = queries.report_of(seen)
    told = queries.told_of(report) if report and report.state is ReportState.ready else None
    return seen, told or abort(404)


@bp.get("/slides-<any(en, fr):language>")
def slides(cohort_id: int, language: str) -> str:
    """One section after the other, to show and to print; the arrows of the keyboard go on and back."""
    seen, told = _told_or_404(cohort_id)
    with force_locale(language):
        return render_template(
            "reports/slides.html",
            seen=seen,
            title=title_of(told.facts),
            told=told,
            sections=sections(told),
            language=language,
        )


@bp.get("/<any(report, evidence):kind>-<any(en, fr):language>.pdf")
def paper(cohort_id: int, kind: str, language: str) -> Response:
    seen, _told = _told_or_404(cohort_id)
    found = queries.paper_or_404(seen, kind, language)
    return send_file(
        io.BytesIO(found.content),
        mimetype="application/pdf",
        download_name=f"{kind}-{seen.cohort.ordinal}-{language}.pdf",
    )


@bp.get("/figures.<any(csv, xlsx, json):form>")
def figures(cohort_id: int, form: str) -> Response:
    seen, told = _told_or_404(cohort_id)
    return _file(
        exporting.export(told, form), FORMATS.get(form, "application/json"), f"report-{seen.cohort.ordinal}.{form}"
    )


@bp.get("/dictionary.csv")
def dictionary(cohort_id: int) -> Response:
    reported_or_404(g.acting, cohort_id)
    return _file(exporting.dictionary_csv(), FORMATS["csv"], "dictionary.csv")


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/evidence")
def show_evidence(cohort_id: int) -> str:
    seen = reported_or_404(g.acting, cohort_id)
    return render_template("reports/evidence.html", seen=seen, parts=_parts(seen), source=evidence.SOURCE)


def _parts(seen: CohortSeen) -> list[evidence.Part]:
    ids = evidence.Ids(g.acting.slug, seen.cohort.id, seen.cohort.programme_id)
    return evidence.pack(queries.evidence_of(seen), ids)
