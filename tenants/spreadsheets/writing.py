"""Spreadsheets that we write: CSV and XLSX in which no cell can be taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

FORMULA = re.compile(r"'*[=+\-@\t\r]")

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def as_text(value: str) -> str:
    """``value`` with an apostrophe before it where a spreadsheet would run it (OWASP, CSV injection).

    Also before apostrophes that stand before such a sign, so that reading takes off exactly what writing put on.
    """
    return f"'{value}" if FORMULA.match(value) else value


def write_sheet(kind: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A whole file of the kind ``csv`` (UTF-8 with its mark, so that spreadsheets see the accents) or ``xlsx``."""
    return _csv(header, rows) if kind == "csv" else _xlsx(header, rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([as_text(cell) for cell in header])
    writer.writerows([as_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return write_book({"People": (header, rows)})


def write_book(sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[str]]]]) -> bytes:
    """An XLSX file of several sheets by name, each with its header and rows."""
    book = openpyxl.Workbook(write_only=True)
    for name, (header, rows) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for row in (header, *rows):
            sheet.append([as_text(ILLEGAL_CHARACTERS_RE.sub(" ", cell)) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
