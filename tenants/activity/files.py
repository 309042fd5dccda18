"""The log as files to keep: a sheet to read, and lines with their hashes that anybody can check."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from tenants.activity import words
from tenants.shared.models import Activity

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula (OWASP, CSV Injection)."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(found: Iterable[tuple[Activity, str]]) -> Iterator[str]:
    """A sheet: number, moment (UTC), who, what, and the hash. Begins with a byte order mark, for spreadsheets' sake."""
    yield "\ufeff" + _row([_("Number"), _("Moment (UTC)"), _("Who"), _("What"), _("Code of the act"), _("Hash")])
    for line, _words in found:
        yield _row(
            [
                str(line.number),
                line.at.isoformat(),
                words.actor(line),
                words.act(line),
                line.verb,
                (line.hash or b"").hex(),
            ]
        )


def as_json_lines(found: Iterable[tuple[Activity, str]]) -> Iterator[str]:
    """One object a line: the number, the hash, the exact words it is made of, and the names with their salts."""
    for line, hashed in found:
        names = {one.slot: {"name": one.name, "salt": one.salt.hex()} for one in line.names}
        told = {"number": line.number, "hash": (line.hash or b"").hex(), "words": hashed, "names": names}
        yield json.dumps(told, ensure_ascii=False) + "\n"


def _row(values: list[str]) -> str:
    row = io.StringIO()
    csv.writer(row).writerow([harmless(value) for value in values])
    return row.getvalue()
