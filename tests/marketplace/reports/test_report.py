"""The report of a cohort: drawn when it closes, every figure let out by the auditor, the same in each of its forms."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.cohorts import commands as cohorts
from marketplace.evaluation.models import Gender
from marketplace.programmes.models import Cohort, CohortState
from marketplace.reports.evidence import STANDARDS
from marketplace.reports.models import STEPS, CohortReport, ReportFigure, ReportPaper, ReportState
from tenants.shared.database import db
from tenants.shared.models import Letter
from tests.factories import acting
from tests.marketplace.evaluation.conftest import NOVEMBER, add_person

CLOSED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def closed(app, cast, crowd, work):
    """Ned closes the cohort, and the worker does what follows."""
    with acting(app, cast.ned) as viewer:
        cohort = db.session.get_one(Cohort, (crowd.cohort.org_id, crowd.cohort.id))
        cohorts.close_cohort(acting=viewer, cohort=cohort, now=CLOSED)
    work()
    return f"/bridge/cohorts/{crowd.cohort.id}/report"


def shown(operator):
    operator.expire_all()
    rows = operator.scalars(sa.select(ReportFigure))
    return {(one.name, one.side, one.firm_id): (one.people, one.amount and int(one.amount)) for one in rows}


def test_a_cohort_that_closes_gets_its_report_in_both_languages(closed, cast, operator, sign_in, crowd):
    report = operator.scalars(sa.select(CohortReport)).one()
    assert (report.state, report.done) == (ReportState.ready, STEPS)
    papers = operator.execute(sa.select(ReportPaper.kind, ReportPaper.locale)).all()
    assert {(kind.value, locale) for kind, locale in papers} == {
        (kind, locale) for kind in ("report", "evidence") for locale in ("en", "fr")
    }
    kinds = operator.scalars(sa.select(Letter.kind).where(Letter.person_id == cast.ned.person_id)).all()
    assert kinds.count("report_ready") == 1
    acme, globex = cast.mia.org_id, cast.max.org_id
    found = shown(operator)
    # Silent people and "another" are 4: men cannot stand beside women.
    assert found["enrolled", "mentee", 0] == (50, None)
    assert found["enrolled", "mentee", acme] == (30, None)
    assert found["enrolled", "mentee", globex] == (20, None)
    assert found["enrolled_women", "mentee", 0] == (50, 24)
    assert ("enrolled_men", "mentee", 0) not in found
    ned = sign_in(cast.ned)
    page = ned.get(f"{closed}/").text
    assert "Drawn on" in page and "48 %" in page and "withheld" in page
    slides = {language: ned.get(f"{closed}/slides-{language}").text for language in ("en", "fr")}
    assert "Who it was for" in slides["en"] and "48 %" in slides["en"]
    assert 'lang="fr"' in slides["fr"] and "24" in slides["fr"]
    for kind in ("report", "evidence"):
        paper = ned.get(f"{closed}/{kind}-fr.pdf")
        assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF")
        assert b"pdfuaid" in paper.data


def test_files_say_what_the_report_shows_and_what_each_figure_counts(closed, cast, sign_in):
    ned = sign_in(cast.ned)
    told = json.loads(ned.get(f"{closed}/figures.json").data)
    by_name = {(one["figure"], one["side"], one["firm"]): one for one in told["figures"]}
    women = by_name["enrolled_women", "mentee", ""]
    assert (women["value"], women["behind"], women["state"]) == (0.48, 50, "shown")
    hidden = by_name["enrolled_men", "mentee", ""]
    assert (hidden["value"], hidden["behind"], hidden["state"]) == (None, None, "withheld")
    assert {one["figure"] for one in told["figures"]} <= {one["name"] for one in told["dictionary"]}
    book = openpyxl.load_workbook(io.BytesIO(ned.get(f"{closed}/figures.xlsx").data), read_only=True)
    figures, means = (list(book[name].values) for name in book.sheetnames)
    assert len(figures) == len(told["figures"]) + 1 and len(means) == len(told["dictionary"]) + 1
    csv = ned.get(f"{closed}/figures.csv").data.decode("utf-8-sig").replace("\r", "")
    assert "enrolled,Taken in,mentee,Acme,30,people,30,shown" in csv
    assert "enrolled_men,Men,mentee,,,,,withheld" in csv
    assert b"enrolled" in ned.get(f"{closed}/dictionary.csv").data


def test_what_came_since_does_not_give_anybody_away(closed, cast, crowd, operator, sign_in, work):
    """One woman more, and the report asked for again: no figure moves, and none appears that would tell of her."""
    before = shown(operator)
    add_person(operator, crowd.cohort, cast.mia, Gender.woman)
    operator.commit()
    ned = sign_in(cast.ned)
    assert ned.post(f"{closed}/drawing").status_code == 303
    assert ned.post(f"{closed}/drawing").status_code == 303
    work()
    assert shown(operator) == before
    assert operator.scalars(sa.select(CohortReport)).one().state is ReportState.ready


def test_months_and_reports_cannot_be_played_against_each_other(crowd, draw, app, cast, operator, work):
    """Three women leave between a month's drawing and the report: the figure without them is withheld."""
    draw(NOVEMBER)
    for one in crowd.acme[:3]:
        one.state = "dropped_out"
    operator.commit()
    with acting(app, cast.ned) as viewer:
        cohort = db.session.get_one(Cohort, (crowd.cohort.org_id, crowd.cohort.id))
        cohorts.close_cohort(acting=viewer, cohort=cohort, now=CLOSED)
    work()
    found = shown(operator)
    assert found["enrolled", "mentee", 0] == (50, None)
    assert not [key for key in found if key[0].startswith("completed")]


def test_a_cohort_of_four_is_told_without_a_figure(app, cast, crowd, operator, sign_in, work):
    keep = [one.id for one in crowd.acme[:4]]
    operator.execute(sa.delete(type(crowd.acme[0])).where(type(crowd.acme[0]).id.not_in(keep)))
    operator.commit()
    with acting(app, cast.ned) as viewer:
        cohort = db.session.get_one(Cohort, (crowd.cohort.org_id, crowd.cohort.id))
        cohorts.close_cohort(acting=viewer, cohort=cohort, now=CLOSED)
    work()
    assert shown(operator) == {}
    ned = sign_in(cast.ned)
    at = f"/bridge/cohorts/{crowd.cohort.id}/report"
    told = json.loads(ned.get(f"{at}/figures.json").data)
    assert {one["state"] for one in told["figures"]} == {"withheld"}
    assert not re.search(r">4<", ned.get(f"{at}/slides-en").text)


def test_only_those_who_run_it_read_it_and_no_page_can_draw(closed, cast, crowd, sign_in, app):
    for actor in (cast.ann, cast.gil, cast.mia):
        for path in ("/", "/slides-en", "/report-en.pdf", "/figures.json", "/evidence"):
            assert sign_in(actor).get(f"/{actor.slug}/cohorts/{crowd.cohort.id}/report{path}").status_code == 404
    for statement in (
        f"SELECT draw_report({crowd.cohort.id}, now())",
        f"SELECT * FROM report_people({cast.ned.org_id}, {crowd.cohort.id})",
        "INSERT INTO report_figure SELECT * FROM report_figure",
        "UPDATE cohort_report SET facts = '{}'",
    ):
        with acting(app, cast.ned), pytest.raises(DBAPIError, match="permission denied"):
            db.session.execute(sa.text(statement))
    with acting(app, cast.ann):
        assert db.session.scalars(sa.select(ReportFigure)).all() == []
        assert db.session.scalar(sa.select(sa.func.cohort_evidence(crowd.cohort.id))) is None


def test_before_the_close_there_is_evidence_and_no_report(cast, crowd, operator, sign_in):
    ned, at = sign_in(cast.ned), f"/bridge/cohorts/{crowd.cohort.id}/report"
    page = ned.get(f"{at}/").text
    assert "The report comes with the close" in page
    assert ned.post(f"{at}/drawing").status_code == 409
    assert ned.get(f"{at}/slides-en").status_code == 404
    assert ned.get(f"{at}/report-en.pdf").status_code == 404
    operator.execute(sa.update(Cohort).where(Cohort.id == crowd.cohort.id).values(state=CohortState.draft))
    operator.commit()
    assert ned.get(f"{at}/").status_code == 404


def test_each_claim_of_the_evidence_leads_to_a_page_that_opens(cast, crowd, sign_in):
    ned = sign_in(cast.ned)
    page = ned.get(f"/bridge/cohorts/{crowd.cohort.id}/report/evidence").text
    claims = re.search(r'<main.*?class="sub gap-top-wide"', page, re.DOTALL).group()
    links = set(re.findall(r'href="(/bridge/[^"]*)"', claims.split("</nav>")[-1]))
    assert len(links) > 12
    for link in sorted(links):
        assert ned.get(link, follow_redirects=True).status_code == 200, link
    assert page.count("<h2") == len(STANDARDS) == 6
    assert "Write the closing review." in page
