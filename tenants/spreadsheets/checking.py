"""One row of a spreadsheet against the rules: what it says of a person, and what is wrong with it. No database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from tenants.affiliations.models import Role
from tenants.spreadsheets.columns import fold
from tenants.spreadsheets.policy import ROLES_BY_SHEET
from tenants.spreadsheets.reading import Row

LONGEST = {"email": 254, "name": 120, "job_title": 120}

PLAIN_ADDRESS = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
"""Nearly every work address; whatever else there may be is judged by the library, which takes twenty times as long."""

LANGUAGES = {
    "en": "en|eng|english|anglais|anglaise|en gb|en us|en ie",
    "fr": "fr|fra|fre|french|francais|francaise|fr fr|fr be|fr ch|fr ca|fr lu",
}
LOCALES = {word: locale for locale, words in LANGUAGES.items() for word in words.split("|")}
ZONES = {zone.casefold(): zone for zone in available_timezones()}
ERRORS = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"})
FORMULA = "=+-@"
TELLING = f"{FORMULA}'#"
QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

Problem = tuple[int | None, str, int]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a file may use for our lists: folded word → what we keep."""

    roles: Mapping[str, Role]
    functions: Mapping[str, str]
    seniorities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a row is judged by beside itself. ``fixed_roles``: addresses (lower case) whose role a file cannot change."""

    mapping: Mapping[str, int]
    width: int
    vocabulary: Vocabulary
    fixed_roles: Mapping[str, Role] = field(default_factory=dict)
    own_email: str = ""
    twice: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def check_row(number: int, cells: list[str], about: Circumstances) -> dict[str, Any]:
    """The row as ``ImportRow`` holds it, less its verdict: plain text, its problems as ``[column, code, detail]``."""
    problems: list[Problem] = []
    mapping = about.mapping
    said = {name: _text(cells, mapping.get(name), problems) for name in mapping}
    email = said.get("email", "")
    row: dict[str, Any] = {
        "number": number,
        "email": _address(email, mapping["email"], problems),
        "name": _name(said, mapping, problems),
        "job_title": said.get("job_title", ""),
        "role": "",
        "locale": _listed(said, "locale", LOCALES, "unknown_language", mapping, problems),
        "time_zone": "",
        "function": _listed(said, "function", about.vocabulary.functions, "unknown_function", mapping, problems),
        "seniority": _listed(said, "seniority", about.vocabulary.seniorities, "unknown_seniority", mapping, problems),
        "started_on": None,
        "problems": problems,
    }
    if len(row["job_title"]) > LONGEST["job_title"]:
        problems.append((mapping["job_title"], "too_long", LONGEST["job_title"]))
    if zone := said.get("time_zone"):
        row["time_zone"] = ZONES.get(zone.casefold(), "")
        if not row["time_zone"]:
            problems.append((mapping["time_zone"], "unknown_zone", 0))
    if words := said.get("started_on"):
        row["started_on"] = read_date(words)
        if row["started_on"] is None:
            problems.append((mapping["started_on"], "not_date", 0))
    if words := said.get("role"):
        row["role"] = _role(words, str(row["email"]).lower(), about, problems)
    if rows := about.twice.get(email.lower()):
        problems.append((mapping["email"], "twice", rows[1] if rows[0] == number else rows[0]))
    if len(cells) > about.width and any(cells[about.width :]):
        problems.append((None, "more_cells", 0))
    return row


def addresses_named_twice(rows: Iterable[Row], column: int) -> dict[str, tuple[int, int]]:
    """Addresses (lower case) that more than one row holds, each with the numbers of the first two."""
    first: dict[str, int] = {}
    twice: dict[str, tuple[int, int]] = {}
    for number, cells in rows:
        if column < len(cells) and (email := cells[column].lower()):
            if email not in first:
                first[email] = number
            elif email not in twice:
                twice[email] = (first[email], number)
    return twice


def _text(cells: list[str], column: int | None, problems: list[Problem]) -> str:
    """What a cell says. An apostrophe before a formula's sign makes it text, as it does in a spreadsheet."""
    if column is None or column >= len(cells):
        return ""
    text = cells[column]
    if not text:
        return ""
    if not text.isprintable():
        text = CONTROL.sub(" ", text).strip()
    start = text[:1]
    if not start or start not in TELLING:
        return text
    if start == "'":
        return text[1:] if QUOTED_FORMULA.match(text) else text
    if start in FORMULA:
        problems.append((column, "formula", 0))
        return ""
    if start == "#" and text in ERRORS:
        problems.append((column, "broken", 0))
        return ""
    return text


def _address(text: str, column: int, problems: list[Problem]) -> str:
    if not text:
        if not any(problem[0] == column for problem in problems):
            problems.append((column, "missing", 0))
        return ""
    if len(text) > LONGEST["email"]:
        problems.append((column, "too_long", LONGEST["email"]))
        return ""
    local = text.find("@")
    if 0 < local <= 64 and not text.endswith((".local", ".test", ".invalid")) and PLAIN_ADDRESS.fullmatch(text):
        return text[: local + 1] + text[local + 1 :].lower()
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        problems.append((column, "not_email", 0))
        return ""


def _name(said: Mapping[str, str], mapping: Mapping[str, int], problems: list[Problem]) -> str:
    name = said.get("full_name") or f"{said.get('first_name', '')} {said.get('last_name', '')}".strip()
    columns = [mapping[part] for part in ("full_name", "first_name", "last_name") if part in mapping]
    if len(name) > LONGEST["name"]:
        problems.append((columns[0], "too_long", LONGEST["name"]))
    elif not name and not any(problem[0] in columns for problem in problems):
        problems.append((columns[0] if columns else None, "missing", 0))
    return name


def _listed(
    said: Mapping[str, str],
    name: str,
    known: Mapping[str, str],
    code: str,
    mapping: Mapping[str, int],
    problems: list[Problem],
) -> str:
    words = said.get(name)
    if not words:
        return ""
    value = known.get(fold(words), "")
    if not value:
        problems.append((mapping[name], code, 0))
    return value


def _role(words: str, email: str, about: Circumstances, problems: list[Problem]) -> str:
    role, column = about.vocabulary.roles.get(fold(words)), about.mapping["role"]
    if role is None:
        problems.append((column, "unknown_role", 0))
        return ""
    now = about.fixed_roles.get(email)
    if now is role:
        return role.value
    if email and email == about.own_email:
        problems.append((column, "own_role", 0))
    elif now is not None or role not in ROLES_BY_SHEET:
        problems.append((column, "role_by_page", 0))
    return role.value


@lru_cache(maxsize=4096)
def read_date(text: str) -> str | None:
    """``2026-03-31``, ``31/03/2026``, ``31.3.26`` as an ISO date, the day first; None for what is no date of ours."""
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", text):
        year, month, day = (int(part) for part in match.groups())
    elif match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})", text):
        day, month, year = (int(part) for part in match.groups())
        year += 0 if year > 99 else 2000 if year < 50 else 1900
    else:
        return None
    try:
        return date(year, month, day).isoformat() if 1900 <= year <= 2100 else None
    except ValueError:
        return None
