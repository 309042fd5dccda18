"""Spreadsheets of the viewer's company, and what their rows are judged by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask import abort, current_app
from flask_babel import force_locale
from sqlalchemy.orm import undefer

from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation, Role
from tenants.affiliations.words import ROLES
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.database import db
from tenants.spreadsheets.checking import Vocabulary
from tenants.spreadsheets.columns import fold, remembered_from
from tenants.spreadsheets.models import ImportRow, PeopleImport, Verdict
from tenants.spreadsheets.policy import ROLES_BY_SHEET
from tenants.spreadsheets.reading import unpack

PROBLEMS_SHOWN = 100
LOCALES = ("en", "fr")


def imports(acting: Acting) -> Sequence[PeopleImport]:
    """The company's latest spreadsheets, the newest first."""
    query = (
        sa.select(PeopleImport).where(PeopleImport.org_id == acting.org_id).order_by(PeopleImport.id.desc()).limit(20)
    )
    return db.session.scalars(query).all()


def import_or_404(acting: Acting, import_id: int) -> PeopleImport:
    return db.session.get(PeopleImport, (acting.org_id, import_id)) or abort(404)


def rows_of(acting: Acting, taken: PeopleImport) -> Iterator[tuple[int, list[str]]]:
    """The file’s own rows; none before they are read, nor once they are deleted."""
    query = (
        sa.select(PeopleImport)
        .where(PeopleImport.org_id == acting.org_id, PeopleImport.id == taken.id)
        .options(undefer(PeopleImport.body))
    )
    body = db.session.scalars(query.execution_options(populate_existing=True)).one().body
    return unpack(body) if body and taken.header else iter(())


def wrong_rows(acting: Acting, import_id: int, *, most: int | None = PROBLEMS_SHOWN) -> Sequence[ImportRow]:
    """Rows with problems, in the file's order; the first ``most``."""
    query = (
        sa.select(ImportRow)
        .where(ImportRow.org_id == acting.org_id, ImportRow.import_id == import_id, ImportRow.verdict == Verdict.wrong)
        .order_by(ImportRow.number)
        .limit(most)
    )
    return db.session.scalars(query).all()


def remembered_mapping(acting: Acting) -> dict[str, str]:
    """How this company's earlier files were read: folded heading → field, the latest word on each."""
    query = (
        sa.select(PeopleImport.header, PeopleImport.mapping)
        .where(PeopleImport.org_id == acting.org_id, PeopleImport.mapping != {})
        .order_by(PeopleImport.id.desc())
        .limit(5)
    )
    learnt: dict[str, str] = {}
    for header, mapping in reversed(db.session.execute(query).all()):
        learnt |= remembered_from(header, mapping)
    return learnt


def fixed_roles(acting: Acting) -> dict[str, Role]:
    """Addresses (lower case) of colleagues whose role a spreadsheet cannot change: admins, and the viewer."""
    query = sa.select(sa.func.lower(Affiliation.work_email), Affiliation.role).where(
        Affiliation.org_id == acting.org_id,
        Affiliation.work_email != "",
        _current(),
        sa.or_(Affiliation.role.not_in(ROLES_BY_SHEET), Affiliation.id == acting.affiliation_id),
    )
    return dict(db.session.execute(query).all())


def own_work_email(acting: Acting) -> str:
    """The viewer's own work address here, in lower case; empty when none is known."""
    query = sa.select(sa.func.lower(Affiliation.work_email)).where(
        Affiliation.org_id == acting.org_id, Affiliation.id == acting.affiliation_id
    )
    return db.session.scalar(query) or ""


def people_to_export(acting: Acting) -> Iterator[tuple[Affiliation, Person]]:
    """Everybody who belongs to the viewer's company today, by name."""
    query = (
        sa.select(Affiliation, Person)
        .join(Person, Person.id == Affiliation.person_id)
        .where(Affiliation.org_id == acting.org_id, _current())
        .order_by(Person.name, Affiliation.id)
    )
    return iter(db.session.execute(query).all())


def vocabulary() -> Vocabulary:
    """The words that files may use for our lists, in either language and as we keep them."""
    roles: dict[str, Role] = {}
    for locale in LOCALES:
        with force_locale(locale):
            roles |= {fold(str(label)): role for role, label in ROLES.items()}
    roles |= {fold(role.value): role for role in Role} | {
        "hr": Role.hr_partner,
        "rh": Role.hr_partner,
        "referent rh": Role.hr_partner,
        "referente rh": Role.hr_partner,
        "employee": Role.member,
        "admin": Role.company_admin,
    }
    return Vocabulary(roles, _listed("functions"), _listed("seniorities"))


def _listed(name: str) -> dict[str, str]:
    choices = current_app.extensions[name]
    words = {fold(label): slug for locale in LOCALES for slug, label in choices(locale)}
    return words | {fold(slug): slug for slug, _label in choices(LOCALES[0])}


def _current() -> sa.ColumnElement[bool]:
    return sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > clock.today())
