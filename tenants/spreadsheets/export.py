"""The rows of the files that we hand out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flask import current_app

from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation
from tenants.affiliations.words import ROLES
from tenants.spreadsheets.models import ImportRow
from tenants.spreadsheets.reading import Row
from tenants.spreadsheets.words import problem_sentence

EXPORTED = (
    "full_name",
    "email",
    "job_title",
    "role",
    "function",
    "seniority",
    "locale",
    "time_zone",
    "started_on",
)


def exported_rows(people: Iterable[tuple[Affiliation, Person]], locale: str) -> Iterator[list[str]]:
    """One row a person, in the order of ``EXPORTED`` and in the words of ``locale``."""
    functions = dict(current_app.extensions["functions"](locale))
    seniorities = dict(current_app.extensions["seniorities"](locale))
    for tie, person in people:
        yield [
            person.name,
            tie.work_email,
            tie.job_title,
            str(ROLES[tie.role]),
            functions.get(tie.function, ""),
            seniorities.get(tie.seniority, ""),
            person.locale,
            person.time_zone,
            tie.started_on.isoformat(),
        ]


def annotated_rows(header: Sequence[str], rows: Iterable[Row], wrong: Iterable[ImportRow]) -> Iterator[list[str]]:
    """The file's own rows, with what to mend (nothing for a row that is right) in the column after the last heading."""
    mend = {row.number: " ".join(problem_sentence(problem, header) for problem in row.problems) for row in wrong}
    width = len(header)
    for number, cells in rows:
        yield [*cells[:width], *[""] * (width - len(cells)), mend.get(number, ""), *cells[width:]]
