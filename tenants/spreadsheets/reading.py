"""From an uploaded file to its header and rows of text, whatever programme wrote it. Nothing in the file is ever executed."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

from tenants.spreadsheets.words import Unreadable
from tenants.spreadsheets.workbooks import workbook_rows

MOST_ROWS = 50_000
MOST_COLUMNS = 100
MOST_BYTES = 10 * 1024 * 1024
AT_ONCE_BYTES = 1024 * 1024
"""Of a workbook, unpacked: some two thousand rows."""
SEPARATORS = ";,\t|"
OLD_ENCODINGS = ("cp1252", "mac_roman")
"""What spreadsheets of the last thirty years wrote in western Europe when they did not write Unicode."""

Row = tuple[int, list[str]]
"""The row's number as a spreadsheet shows it, from 1, and its cells."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that could be read. ``body`` holds the rows after the header, packed; ``rows`` is their number."""

    header: list[str]
    body: bytes
    rows: int


def read_at_once(content: bytes) -> bool:
    """Whether a page can read the file before it answers. Large workbooks take ten seconds: those are the worker's."""
    if len(content) > MOST_BYTES or not is_workbook(content):
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return sum(part.file_size for part in packed.infolist()) <= AT_ONCE_BYTES
    except zipfile.BadZipFile:
        return True


def read_sheet(content: bytes) -> Sheet:
    """Read a CSV or XLSX file of people. Raises ``Unreadable`` with what is wrong and what to do."""
    if len(content) > MOST_BYTES:
        raise Unreadable("too_big", MOST_BYTES // 1024**2)
    rows = _filled(_rows(content))
    _, header = next(rows, (0, []))
    if not header:
        raise Unreadable("empty")
    if len(header) > MOST_COLUMNS:
        raise Unreadable("too_wide", MOST_COLUMNS)
    if any("@" in cell for cell in header):
        raise Unreadable("no_header")
    body, number = pack(rows)
    if number == 0:
        raise Unreadable("only_header")
    if number > MOST_ROWS:
        raise Unreadable("too_many", number, MOST_ROWS)
    return Sheet(header, body, number)


def pack(rows: Iterable[Row]) -> tuple[bytes, int]:
    """Rows as compressed CSV, their own number first, and how many there are; past the limit they are only counted."""
    packed, total = io.BytesIO(), 0
    with gzip.open(packed, "wt", encoding="utf-8", newline="", compresslevel=3) as file:
        writer = csv.writer(file)
        for number, cells in rows:
            total += 1
            if total <= MOST_ROWS:
                writer.writerow([number, *cells])
    return packed.getvalue(), total


def unpack(body: bytes) -> Iterator[Row]:
    """The rows that ``pack`` packed, one at a time."""
    with gzip.open(io.BytesIO(body), "rt", encoding="utf-8", newline="") as file:
        for number, *cells in csv.reader(file):
            yield int(number), cells


def _rows(content: bytes) -> Iterator[list[str]]:
    if is_workbook(content):
        return workbook_rows(content, MOST_COLUMNS + 1)
    return _text_rows(decode(content))


def is_workbook(content: bytes) -> bool:
    """A zip archive, or what office programmes wrote before."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"))


def _filled(rows: Iterable[list[str]]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        cells = [cell.replace("\x00", "").strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def _text_rows(text: str) -> Iterator[list[str]]:
    separator = separator_of(text)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1):
            # A line that tells spreadsheets the separator is not a row of the table.
            yield [] if number == 1 and text[:4].lower() == "sep=" else row
    except csv.Error:
        raise Unreadable("malformed") from None


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16 (marked or not), Windows-1252 or Mac Roman."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decoded(content, encoding)
    start = content[:4096]
    for encoding, zeros, letters in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        if len(zeros) > 1 and zeros.count(0) > len(zeros) // 2 > letters.count(0):
            return _decoded(content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, _old_encoding(content))


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None


def _old_encoding(content: bytes) -> str:
    """Judged by the words that are not ASCII: by their spelling, and by the library's frequencies where that is no help.

    The library alone takes ``Noël`` of a Mac for ``No‘l``: a heading or two are too little for frequencies.
    """
    words = re.findall(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*", content)[:2000]
    scores = [sum(_spelling(word.decode(encoding, "replace")) for word in words) for encoding in OLD_ENCODINGS]
    if scores[0] != scores[1]:
        return OLD_ENCODINGS[scores.index(max(scores))]
    best = from_bytes(b" ".join(words), cp_isolation=list(OLD_ENCODINGS), threshold=1.0, language_threshold=0.0).best()
    return best.encoding if best else OLD_ENCODINGS[0]


def _spelling(word: str) -> int:
    """How likely a word is spelt so in western Europe: no capital behind a small letter, no sign within it."""
    score = 0
    for place, mark in enumerate(word):
        if mark.isascii():
            continue
        before = word[place - 1] if place else ""
        if mark.isalpha() and (mark < "\u0100" or mark in "œŒŸ"):
            score += (-2 if before.islower() else 1) if mark.isupper() else 2
        elif mark != "’" and len(word) > 1:
            score -= 2
    return score


def separator_of(text: str) -> str:
    """The separator that cuts most of the first rows into the same number of cells, and into the most of them."""
    if text[:4].lower() == "sep=" and text[4:5]:
        return text[4]
    start = text[:20_000]

    def regular(separator: str) -> tuple[int, int]:
        try:
            rows = csv.reader(io.StringIO(start, newline=""), delimiter=separator)
            widths = [len(row) for row, _ in zip(rows, range(30), strict=False) if row]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual), usual) if usual > 1 else (0, 0)

    return max(SEPARATORS, key=regular)
