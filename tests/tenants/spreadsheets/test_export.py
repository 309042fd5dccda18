"""What we write can be read back to the letter, and no spreadsheet can take it for a formula."""

import csv
import io

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tenants.affiliations.models import Affiliation, Role
from tenants.spreadsheets.models import PeopleImport, Verdict
from tenants.spreadsheets.writing import write_sheet
from tests.tenants.spreadsheets.conftest import csv_file, guessed, upload

EVIL = ['=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(A1)", "'=1", "''@x", "'plain", "a=b", "– dash"]
TITLE = st.one_of(
    st.sampled_from(EVIL),
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), max_size=60).map(str.strip),
)


def cells(content, kind):
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row), "no cell is a formula"
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_that_we_write_begins_as_a_formula_does(kind):
    content = write_sheet(kind, ["=head", "b"], [[text, f"\t{text}"] for text in EVIL])
    assert all(text[:1] not in ("=", "+", "-", "@", "\t", "\r") for row in cells(content, kind) for text in row)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(titles=st.lists(TITLE, min_size=4, max_size=4), role=st.sampled_from(list(Role)[:3]), day=st.dates())
def test_what_is_exported_and_imported_again_changes_nothing(kind, titles, role, day, cast, ann, operator):
    for actor, title in zip((cast.mia, cast.ann, cast.abe, cast.pam), titles, strict=True):
        operator.execute(sa.update(Affiliation).where(Affiliation.id == actor.affiliation_id).values(job_title=title))
    values = {"role": role, "function": "finance", "seniority": "executive"}
    if 1900 <= day.year <= 2100:
        values["started_on"] = day
    operator.execute(sa.update(Affiliation).where(Affiliation.id == cast.mia.affiliation_id).values(**values))
    operator.commit()
    sent = upload(ann, ann.get(f"/acme/people/imports/export.{kind}").data, f"people.{kind}")
    assert sent.status_code == 303, sent.text
    path = sent.location.removesuffix("/columns")
    mapping = guessed(ann.get(sent.location).text)
    assert "" not in {mapping[name] for name in mapping if name not in ("first_name", "last_name")}
    assert ann.post(f"{path}/dry-run", data=mapping).status_code == 303
    operator.rollback()
    taken = operator.scalars(sa.select(PeopleImport).order_by(PeopleImport.id.desc()).limit(1)).one()
    assert (taken.new, taken.changed, taken.unchanged, taken.wrong) == (0, 0, 4, 0)


def test_the_export_in_french_comes_back_as_well(cast, sign_in, operator, ann):
    ann.set_cookie("language", "fr")
    text = ann.get("/acme/people/imports/export.csv").data.decode("utf-8-sig")
    assert text.startswith("Nom complet,") and "Membre" in text
    path = upload(ann, text.encode()).location.removesuffix("/columns")
    ann.post(f"{path}/dry-run", data=guessed(ann.get(f"{path}/columns").text))
    assert operator.scalars(sa.select(PeopleImport)).one().unchanged == 4


def test_only_people_of_the_firm_are_in_the_list(cast, ann):
    text = ann.get("/acme/people/imports/export.csv").data.decode()
    assert cast.mia.email in text
    assert cast.max.email not in text and cast.ned.email not in text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_with_remarks_is_the_file_and_a_column_more(ann, check, kind):
    rows = [
        ("Zoe", "zoe@acme.example", "Buyer", ""),
        ("=cmd", "not an address", "-", "queen"),
        ("A", "same@acme.example", "", ""),
        ("B", "Same@acme.example", "", ""),
    ]
    path = check(csv_file(rows))
    got = cells(ann.get(f"{path}/annotated.{kind}").data, kind)
    assert got[0] == ["Name", "Work e-mail", "Job title", "Role", "What to mend"]
    assert got[1] == [*rows[0], ""]
    assert got[2][:4] == ["'=cmd", "not an address", "'-", "queen"]
    for words in ("Name: Begins with", "Work e-mail: This is not", "Job title: Begins with", "Role: No such role"):
        assert words in got[2][4]
    assert "Row 5 has the same address" in got[3][4] and "Row 4 has the same address" in got[4][4]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("", "a@acme.example", "", ""), [0, "missing", 0]),
        (("A", "", "", ""), [1, "missing", 0]),
        (("A", "a@acme", "", ""), [1, "not_email", 0]),
        (("A", "a b@acme.example", "", ""), [1, "not_email", 0]),
        (("A", "@acme.example", "", ""), [1, "formula", 0]),
        (("A" * 121, "a@acme.example", "", ""), [0, "too_long", 120]),
        (("A", "a@acme.example", "x" * 121, ""), [2, "too_long", 120]),
        (("A", "a@acme.example", "#REF!", ""), [2, "broken", 0]),
        (("A", "a@acme.example", "", "queen"), [3, "unknown_role", 0]),
        (("A", "a@acme.example", "", "Network admin"), [3, "role_by_page", 0]),
        (("A", "a@acme.example", "", "", "surplus"), [None, "more_cells", 0]),
    ],
)
def test_each_problem_is_named_by_row_and_column(check, rows, row, problem):
    check(csv_file([row]))
    assert (rows()[0].verdict, rows()[0].problems) == (Verdict.wrong, [problem])


def test_unknown_words_and_dates_are_problems(check, rows):
    header = ("Name", "E-mail", "Language", "Time zone", "Function", "Seniority", "Start date")
    check(csv_file([("A", "a@acme.example", "Klingon", "Mars/Olympus", "wizardry", "grand", "31/02/2026")], header))
    assert [code for _column, code, _detail in rows()[0].problems] == [
        "unknown_language",
        "unknown_function",
        "unknown_seniority",
        "unknown_zone",
        "not_date",
    ]


def test_the_page_shows_the_first_hundred_problems_and_the_file_has_all(ann, check):
    path = check(csv_file([(f"P{n}", "nothing", "", "") for n in range(130)]))
    page = ann.get(path).text
    assert "Row 101<" in page and "Row 102<" not in page
    assert "These are the first 100 of 130" in page
    assert len(cells(ann.get(f"{path}/annotated.csv").data, "csv")) == 131


def test_markup_in_a_file_stays_text(ann, check):
    path = check(csv_file([("<script>alert(1)</script>", "nothing", "", "")]))
    assert "<script>alert" not in ann.get(path).text
