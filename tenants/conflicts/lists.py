"""A list of firms as a file (CSV or XLSX), read into declarations or into problems by row. Nothing is written here."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import tablib
from flask_babel import gettext as _

from tenants.organisations.models import ConflictKind, Organisation
from tenants.shared.errors import Refused

MOST_ROWS = 500
MOST_BYTES = 1_000_000
MOST_UNPACKED = 20_000_000

HEADERS = {
    "firm": {"firm", "company", "name", "address", "entreprise", "societe", "nom", "adresse"},
    "kind": {"kind", "type", "conflict", "nature", "conflit"},
    "since": {"from", "since", "start", "du", "depuis", "debut"},
    "until": {"until", "to", "end", "au", "jusqu'au", "fin"},
    "note": {"note", "notes", "remark", "remarque", "commentaire"},
}
KINDS = {
    "competitor": ConflictKind.competitor,
    "concurrent": ConflictKind.competitor,
    "client": ConflictKind.client_or_supplier,
    "supplier": ConflictKind.client_or_supplier,
    "client or supplier": ConflictKind.client_or_supplier,
    "fournisseur": ConflictKind.client_or_supplier,
    "client ou fournisseur": ConflictKind.client_or_supplier,
    "auditor": ConflictKind.auditor,
    "auditeur": ConflictKind.auditor,
    "shared board": ConflictKind.shared_board,
    "administrateur commun": ConflictKind.shared_board,
    "group company": ConflictKind.group_company,
    "groupe": ConflictKind.group_company,
    "former manager": ConflictKind.former_manager,
    "ancien responsable": ConflictKind.former_manager,
    "personal": ConflictKind.personal,
    "personnel": ConflictKind.personal,
} | {kind.value: kind for kind in ConflictKind}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file. ``firm`` and ``kind`` are set, or ``problem`` says what is wrong."""

    number: int
    written: str
    firm: Organisation | None
    kind: ConflictKind | None
    since: date | None
    until: date | None
    note: str
    problem: str = ""


def folded(text: str) -> str:
    """Without case, accents and double spaces: how names are compared."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(plain.casefold().split())


def read_list(content: bytes, firms: Sequence[Organisation], *, today: date) -> list[Line]:
    """The rows of a file; ``firms``: those that the declarer can meet here.

    A firm that exists out of the declarer's sight is the same problem as one that does not exist. Raises ``Refused`` for
    a file that cannot be read, is too long, or has no column for the firm.
    """
    rows = _rows(content)
    if len(rows) > MOST_ROWS:
        raise Refused(_("The list has more than %(most)d rows. Split it.", most=MOST_ROWS))
    known: dict[str, list[Organisation]] = {}
    for firm in firms:
        for key in {folded(firm.name), firm.slug}:
            known.setdefault(key, []).append(firm)
    seen: set[tuple[int, ConflictKind]] = set()
    return [_line(number, row, known, seen, today) for number, row in enumerate(rows, 2) if any(row.values())]


def _rows(content: bytes) -> list[Mapping[str, Any]]:
    if len(content) > MOST_BYTES:
        raise Refused(_("The file is larger than 1 MB."))
    try:
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                    raise Refused(_("This file cannot be read. Save it as CSV or XLSX and try again."))
            data = tablib.Dataset().load(content, format="xlsx")
        else:
            text = _decoded(content)
            first = text.split("\n", 1)[0]
            delimiter = max(",;\t", key=first.count)
            data = tablib.Dataset().load(text, format="csv", delimiter=delimiter)
    except Refused:
        raise
    except Exception as error:
        raise Refused(_("This file cannot be read. Save it as CSV or XLSX and try again.")) from error
    names = {}
    for position, header in enumerate(data.headers or []):
        word = folded(str(header or ""))
        names[position] = next((name for name, words in HEADERS.items() if word in words), None)
    if "firm" not in names.values():
        raise Refused(_("The first row has no column “firm”. Columns: firm, kind, from, until, note."))
    return [{name: row[position] for position, name in names.items() if name and position < len(row)} for row in data]


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("This file cannot be read. Save it as CSV or XLSX and try again."))


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value or "").strip()
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None


def _line(
    number: int,
    row: Mapping[str, Any],
    known: Mapping[str, list[Organisation]],
    seen: set[tuple[int, ConflictKind]],
    today: date,
) -> Line:
    written = str(row.get("firm") or "").strip()
    found = known.get(folded(written)) or known.get(written.casefold()) or []
    kind = KINDS.get(folded(str(row.get("kind") or "competitor")).replace("_", " ")) or KINDS.get(str(row.get("kind")))
    since, until = _day(row.get("since")), _day(row.get("until"))
    problem = ""
    if not found:
        problem = _("No firm of this name that your people could meet here.")
    elif len(found) > 1:
        problem = _("Several firms have this name. Write the address instead.")
    elif kind is None:
        problem = _("Unknown kind of conflict.")
    elif (row.get("since") and since is None) or (row.get("until") and until is None):
        problem = _("A date cannot be read. Write it as 2026-12-31.")
    elif until and until <= (since or today):
        problem = _("The last day must come after the first.")
    elif (found[0].id, kind) in seen:
        problem = _("The same firm and kind stand in an earlier row.")
    else:
        seen.add((found[0].id, kind))
    note = str(row.get("note") or "").strip()[:500]
    firm = found[0] if len(found) == 1 else None
    return Line(number, written, firm, kind, since or today, until, note, problem)
