"""XLSX files (Office Open XML, ECMA-376): looked at as a ZIP archive before anything in them is parsed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from tenants.spreadsheets.words import Unreadable

MOST_INFLATED = 160 * 1024 * 1024
"""Fifty thousand people in a dozen columns take about 40 MB of XML."""
MOST_PARTS = 1_000
LAST_ROW = 1_048_576
PIECE = 1024 * 1024

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
DOCTYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E", re.IGNORECASE)


def workbook_rows(content: bytes, most_columns: int) -> Iterator[list[str]]:
    """The cells of the first sheet as text, row by row; a formula as ``=…``, never its value. Raises ``Unreadable``."""
    if not content.startswith(b"PK"):
        raise Unreadable("encrypted" if ENCRYPTED in content else "old_format")
    try:
        _refuse_unsafe(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = next(iter(book.worksheets), None)
        if sheet is None:
            raise Unreadable("empty")
        # The size a file gives of itself may be wrong, or a trap.
        sheet.reset_dimensions()
        # Rows are padded to the width asked for: that of the first row that holds anything, and one to see what is too much.
        width = next((_width(row) for row in sheet.iter_rows(max_col=most_columns, values_only=True) if any(row)), 1)
        for row in sheet.iter_rows(max_col=width + 1, max_row=LAST_ROW, values_only=True):
            yield [_text(value) for value in row]
        book.close()
    except (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, AttributeError, EOFError):
        raise Unreadable("malformed") from None
    except (IndexError, NotImplementedError, RuntimeError, OSError, OverflowError):
        raise Unreadable("malformed") from None


def _refuse_unsafe(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        names = {part.filename.lower() for part in parts}
        if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
            raise Unreadable("malformed")
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_INFLATED:
            raise Unreadable("bomb")
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable("encrypted")
        if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
            raise Unreadable("macro")
        if any(name.startswith("xl/externallinks/") for name in names):
            raise Unreadable("links")
        inflated = 0
        for part in parts:
            tail = b""
            with archive.open(part) as file:
                while piece := file.read(PIECE):
                    inflated += len(piece)
                    if inflated > MOST_INFLATED:
                        raise Unreadable("bomb")
                    # A document type could define entities that grow without end.
                    if DOCTYPE.search(tail + piece):
                        raise Unreadable("malformed")
                    tail = piece[-32:]
            if part.filename.lower() == "[content_types].xml" and b"macroEnabled" in archive.read(part):
                raise Unreadable("macro")


def _width(row: Sequence[Any]) -> int:
    return max(column for column, value in enumerate(row, start=1) if value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, ArrayFormula | DataTableFormula):
        return f"={getattr(value, 'text', None) or ''}"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
