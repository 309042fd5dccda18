"""Spreadsheets as browsers send them, and what came of them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tenants.onboarding.models import Invitation
from tenants.spreadsheets.models import ImportRow, PeopleImport

HEADER = ("Name", "Work e-mail", "Job title", "Role")


def csv_file(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, separator: str = ";") -> bytes:
    return "\n".join(separator.join(row) for row in (header, *rows)).encode()


def xlsx_file(rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (header, *rows):
        book.active.append(list(row))
    book.save(file)
    return file.getvalue()


def crowd(number: int, *, role: str = "", title: str = "Buyer") -> list[tuple[str, str, str, str]]:
    return [(f"Person {n}", f"person.{n}@acme.example", title, role) for n in range(number)]


@pytest.fixture
def ann(sign_in, cast) -> FlaskClient:
    return sign_in(cast.ann)


def upload(client: FlaskClient, content: bytes, name: str = "people.csv", slug: str = "acme"):
    return client.post(
        f"/{slug}/people/imports/",
        data={"sheet": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def guessed(page: str) -> dict[str, str]:
    """The mapping form as the page shows it: field → chosen column."""
    found = {}
    for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option (?=[^>]*selected)[^>]*value="(\w*)"', options)
        found[name] = chosen[1] if chosen else ""
    return found


@pytest.fixture
def check(ann) -> Callable[..., str]:
    """Send a file and take the guessed columns; the path of the dry run."""

    def send(content: bytes, client: FlaskClient = ann, **changes: str) -> str:
        sent = upload(client, content)
        assert sent.status_code == 303, sent.text
        path = sent.location.removesuffix("/columns")
        done = client.post(f"{path}/dry-run", data=guessed(client.get(f"{path}/columns").text) | changes)
        assert done.status_code == 303, done.text
        return path

    return send


@pytest.fixture
def bring_in(ann, check, work) -> Callable[..., str]:
    """Send a file, take the guess, import it with the worker; the path of the import."""

    def send(content: bytes) -> str:
        path = check(content)
        assert ann.post(f"{path}/start").status_code == 303
        work()
        return path

    return send


@pytest.fixture
def latest(operator: Session) -> Callable[[], PeopleImport]:
    def found() -> PeopleImport:
        operator.rollback()
        query = sa.select(PeopleImport).order_by(PeopleImport.id.desc()).limit(1)
        return operator.scalars(query.execution_options(populate_existing=True)).one()

    return found


@pytest.fixture
def rows(operator: Session) -> Callable[[], list[ImportRow]]:
    def found() -> list[ImportRow]:
        operator.rollback()
        query = sa.select(ImportRow).order_by(ImportRow.import_id, ImportRow.number)
        return list(operator.scalars(query.execution_options(populate_existing=True)))

    return found


@pytest.fixture
def invitations(operator: Session) -> Callable[[], list[Invitation]]:
    def found() -> list[Invitation]:
        operator.rollback()
        query = sa.select(Invitation).order_by(Invitation.id)
        return list(operator.scalars(query.execution_options(populate_existing=True)))

    return found
