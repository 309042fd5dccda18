"""The report of a cohort: drawn when it closes, every figure let out by the auditor, the same in each of its forms."""

from __future__ import annotations

import io
import json
import re
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.cohorts import commands as cohorts
from marketplace.evaluation.models import Gender
from marketplace.programmes.models import Cohort, CohortState
from marketplace.reports.evidence import STANDARDS
from marketplace.reports.models import STEPS, CohortReport, ReportFigure, ReportState
from tenants import walls
from tenants.shared.database import db
from tenants.shared.models import Letter
from tests.factories import acting
from tests.marketplace.evaluation.conftest import NOVEMBER, add_person

CLOSED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def close(app, cast, crowd):
    """Ned closes the cohort."""
    with acting(app, cast.ned) as viewer:
        cohort = db.session.get_one(Cohort, (crowd.cohort.org_id, crowd.cohort.id))
        cohorts.close_cohort(acting=viewer, cohort=cohort, now=CLOSED)


@pytest.fixture
def figures_of(app, worker_app, cast, crowd):
    """Close the cohort and let its figures out, as the first step of the job does, without the papers."""

    closed = []

    def run():
        if not closed:
            close(app, cast, crowd)
            closed.append(True)
        with worker_app.app_context():
            walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": cast.ned.org_id}))
            drawn = db.session.scalar(sa.select(sa.func.draw_report(crowd.cohort.id, CLOSED)))
            db.session.commit()
            return drawn

    return run


def uncompressed(paper):
    """The bytes of a PDF with its streams opened."""
    opened = [paper]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", paper, re.DOTALL):
        with suppress(zlib.error):
            opened.append(zlib.decompress(stream))
    return b"".join(opened)


def shown(operator):
    operator.expire_all()
    rows = operator.scalars(sa.select(ReportFigure))
    return {(one.name, one.side, one.firm_id): (one.people, one.amount and int(one.amount)) for one in rows}


def test_a_cohort_that_closes_gets_its_report(app, cast, crowd, operator, sign_in, work):
    """Drawn once by the worker, in both languages; the same figures on the page, the slides, the papers and in the files."""
    close(app, cast, crowd)
    work()
    report = operator.scalars(sa.select(CohortReport)).one()
    assert (report.state, report.done, report.asked_by_id) == (ReportState.ready, STEPS, None)
    kinds = operator.scalars(sa.select(Letter.kind).where(Letter.person_id == cast.ned.person_id)).all()
    assert kinds.count("report_ready") == 1
    found = shown(operator)
    # Silent people and "another" are 4: men cannot stand beside women.
    assert found["enrolled", "mentee", 0] == (50, None)
    assert found["enrolled", "mentee", cast.mia.org_id] == (30, None)
    assert found["enrolled_women", "mentee", 0] == (50, 24)
    assert ("enrolled_men", "mentee", 0) not in found
    ned, at = sign_in(cast.ned), f"/bridge/cohorts/{crowd.cohort.id}/report"
    ned.set_cookie("language", "en")
    page = ned.get(at).text
    assert "Drawn on" in page and "48 %" in page and "withheld" in page
    slides = {language: ned.get(f"{at}/slides-{language}").text for language in ("en", "fr")}
    assert "Who it was for" in slides["en"] and "48 %" in slides["en"]
    assert 'lang="fr"' in slides["fr"] and "À qui il s’adressait" in slides["fr"]
    for kind, language in product(("report", "evidence"), ("en", "fr")):
        paper = ned.get(f"{at}/{kind}-{language}.pdf")
        assert paper.mimetype == "application/pdf"
        assert b"pdfuaid:part" in uncompressed(paper.data)

    told = json.loads(ned.get(f"{at}/figures.json").data)
    by_name = {(one["figure"], one["side"], one["firm"]): one for one in told["figures"]}
    women, hidden = by_name["enrolled_women", "mentee", ""], by_name["enrolled_men", "mentee", ""]
    assert (women["value"], women["behind"], women["state"]) == (0.48, 50, "shown")
    assert (hidden["value"], hidden["behind"], hidden["state"]) == (None, None, "withheld")
    assert {one["figure"] for one in told["figures"]} <= {one["name"] for one in told["dictionary"]}
    book = openpyxl.load_workbook(io.BytesIO(ned.get(f"{at}/figures.xlsx").data), read_only=True)
    figures, means = (list(book[name].values) for name in book.sheetnames)
    assert len(figures) == len(told["figures"]) + 1 and len(means) == len(told["dictionary"]) + 1
    csv = ned.get(f"{at}/figures.csv").data.decode("utf-8-sig").replace("\r", "")
    assert "enrolled,Taken in,mentee,Acme,30,people,30,shown" in csv
    assert "enrolled_men,Men,mentee,,," in csv
    assert b"enrolled" in ned.get(f"{at}/dictionary.csv").data

    for actor in (cast.ann, cast.gil, cast.mia):
        for path in ("", "/slides-en", "/report-en.pdf", "/figures.json", "/evidence"):
            assert sign_in(actor).get(f"/{actor.slug}/cohorts/{crowd.cohort.id}/report{path}").status_code == 404
    for twice in range(2):
        assert ned.post(f"{at}/drawing").status_code == 303, twice
    waiting = ned.get(at)
    assert "The report is being drawn" in waiting.text and waiting.headers["Refresh"]
    assert ned.get(f"{at}/figures.json").status_code == 404


def test_what_came_since_does_not_give_anybody_away(figures_of, cast, crowd, operator):
    """One woman more, and the figures asked for again: none moves, and none appears that would tell of her."""
    assert figures_of() > 0
    before = shown(operator)
    add_person(operator, crowd.cohort, cast.mia, Gender.woman)
    operator.commit()
    assert figures_of() == 0
    assert shown(operator) == before


def test_months_and_reports_cannot_be_played_against_each_other(figures_of, crowd, draw, operator):
    """Three leave between a month's drawing and the report: the figure without them is withheld."""
    draw(NOVEMBER)
    for one in crowd.acme[:3]:
        one.state = "dropped_out"
    operator.commit()
    figures_of()
    found = shown(operator)
    assert found["enrolled", "mentee", 0] == (50, None)
    assert not [key for key in found if key[0].startswith("completed")]


def test_what_a_firm_was_shown_is_thought_of_as_well(figures_of, crowd, draw, operator, cast, _admin):
    """The report is handed to the firms too: what would give somebody away to one of them is not in it."""
    with _admin.begin() as connection:
        # Acme alone was shown forty-seven of the fifty, by another network, say.
        places = [one.person_id for one in (*crowd.acme, *crowd.globex)][:47]
        connection.execute(
            sa.text("INSERT INTO audit_atom (org_id, measure, atom, block, people) VALUES (:org, 'people', 1, 1, 47)"),
            {"org": cast.mia.org_id},
        )
        for person_id in places:
            connection.execute(
                sa.text("INSERT INTO audit_place (org_id, measure, unit, atom) VALUES (:org, 'people', :unit, 1)"),
                {"org": cast.mia.org_id, "unit": person_id},
            )
    figures_of()
    assert ("enrolled", "mentee", 0) not in shown(operator)


def test_a_cohort_of_four_is_told_without_a_figure(figures_of, crowd, operator):
    keep = [one.id for one in crowd.acme[:4]]
    operator.execute(sa.delete(type(crowd.acme[0])).where(type(crowd.acme[0]).id.not_in(keep)))
    operator.commit()
    assert figures_of() == 0 and shown(operator) == {}


def test_no_page_can_draw_or_count(cast, crowd, app):
    for statement in (
        f"SELECT draw_report({crowd.cohort.id}, now())",
        f"SELECT * FROM report_people({cast.ned.org_id}, {crowd.cohort.id})",
        "INSERT INTO report_figure SELECT * FROM report_figure",
        "UPDATE cohort_report SET facts = '{}'",
    ):
        with acting(app, cast.ned), pytest.raises(DBAPIError, match="permission denied"):
            db.session.execute(sa.text(statement))
    with acting(app, cast.ann):
        assert db.session.scalar(sa.select(sa.func.cohort_evidence(crowd.cohort.id))) is None


def test_before_the_close_there_is_evidence_and_no_report(cast, crowd, operator, sign_in):
    ned, at = sign_in(cast.ned), f"/bridge/cohorts/{crowd.cohort.id}/report"
    page = ned.get(at).text
    assert "The report comes with the close" in page
    assert ned.post(f"{at}/drawing").status_code == 409
    assert ned.get(f"{at}/slides-en").status_code == 404
    assert ned.get(f"{at}/report-en.pdf").status_code == 404
    operator.execute(sa.update(Cohort).where(Cohort.id == crowd.cohort.id).values(state=CohortState.draft))
    operator.commit()
    assert ned.get(at).status_code == 404


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
