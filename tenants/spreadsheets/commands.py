"""Take a spreadsheet in, check it, import it, undo it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import undefer

from tenants.current import Acting
from tenants.onboarding.sending import send_invitations, send_once
from tenants.onboarding.writing import VALID_FOR
from tenants.organisations.models import Organisation
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.spreadsheets import standing
from tenants.spreadsheets.checking import Circumstances, addresses_named_twice, check_row
from tenants.spreadsheets.models import ImportRow, ImportState, PeopleImport
from tenants.spreadsheets.policy import may_import
from tenants.spreadsheets.queries import fixed_roles, own_work_email, vocabulary
from tenants.spreadsheets.reading import Sheet, read_sheet, unpack
from tenants.spreadsheets.words import Unreadable

CHECKED_AT_ONCE = 2_000
IMPORTED_AT_ONCE = 1_000
NOT_CHECKED = (ImportState.reading, ImportState.unreadable, ImportState.uploaded)


def take_in(*, acting: Acting, sheet: Sheet, file_name: str, now: datetime) -> int:
    """Keep a spreadsheet that could be read, until it is imported or removed; its id."""
    _only_those_who_may(acting)
    taken = PeopleImport(
        org_id=acting.org_id,
        id=new_id(),
        file_name=file_name[:200],
        header=sheet.header,
        body=sheet.body,
        rows=sheet.rows,
        mapping={},
        created_by_id=acting.person_id,
        created_by_name=acting.person_name,
        created_at=now,
    )
    db.session.add(taken)
    db.session.commit()
    return taken.id


def take_in_unread(*, acting: Acting, content: bytes, file_name: str, now: datetime) -> int:
    """Keep a file that the worker reads; its id."""
    _only_those_who_may(acting)
    taken = PeopleImport(
        org_id=acting.org_id,
        id=new_id(),
        file_name=file_name[:200],
        header=[],
        body=content,
        rows=0,
        mapping={},
        state=ImportState.reading,
        created_by_id=acting.person_id,
        created_by_name=acting.person_name,
        created_at=now,
    )
    db.session.add(taken)
    db.session.flush()
    jobs.announce("people_import.sent", org_id=acting.org_id, import_id=taken.id)
    db.session.commit()
    return taken.id


def read_import(*, org_id: int, import_id: int) -> None:
    """The worker reads a file that was kept unread. Read before, or removed meanwhile: nothing happens."""
    taken = db.session.scalars(
        sa.select(PeopleImport)
        .where(PeopleImport.org_id == org_id, PeopleImport.id == import_id, PeopleImport.state == ImportState.reading)
        .options(undefer(PeopleImport.body))
        .with_for_update()
    ).one_or_none()
    if taken is None:
        db.session.rollback()
        return
    try:
        sheet = read_sheet(taken.body)
    except Unreadable as fault:
        taken.state, taken.body = ImportState.unreadable, b""
        taken.fault = [fault.code, fault.first, fault.second]
    else:
        taken.header, taken.body, taken.rows, taken.state = sheet.header, sheet.body, sheet.rows, ImportState.uploaded
    db.session.commit()


def check_import(*, acting: Acting, import_id: int, mapping: Mapping[str, int], now: datetime) -> None:
    """Judge every row by this mapping (field → column); nothing but the rows' verdicts is written.

    Raises ``Refused`` once the import has begun.
    """
    _only_those_who_may(acting)
    taken = _locked(acting.org_id, import_id)
    if taken.state in (ImportState.reading, ImportState.unreadable):
        raise Refused(_("There is nothing in this spreadsheet that can be imported yet."))
    if taken.state not in (ImportState.uploaded, ImportState.checked):
        raise Refused(_("This spreadsheet has been imported already."))
    db.session.execute(
        sa.delete(ImportRow)
        .where(ImportRow.org_id == acting.org_id, ImportRow.import_id == import_id)
        .execution_options(synchronize_session=False)
    )
    about = Circumstances(
        mapping=dict(mapping),
        width=len(taken.header),
        vocabulary=vocabulary(),
        fixed_roles=fixed_roles(acting),
        own_email=own_work_email(acting),
        twice=addresses_named_twice(unpack(taken.body), mapping["email"]),
    )
    scope = {"org_id": acting.org_id, "import_id": import_id}
    db.session.execute(standing.JOIN_AS_SETS)
    checked = (check_row(number, cells, about) | {"invitation_id": new_id()} for number, cells in unpack(taken.body))
    for rows in _batches(checked, CHECKED_AT_ONCE):
        db.session.execute(standing.KEEP_CHECKED, scope | {"rows": json.dumps(rows), "today": now.date()})
    counts: dict[str, int] = dict(db.session.execute(standing.COUNT_VERDICTS, scope).all())
    taken.new, taken.changed = counts.get("new", 0), counts.get("changed", 0)
    taken.unchanged, taken.wrong = counts.get("unchanged", 0), counts.get("wrong", 0)
    taken.mapping = dict(mapping)
    taken.state = ImportState.checked
    db.session.commit()


def start_import(*, acting: Acting, import_id: int, now: datetime) -> None:
    """Have the worker import the rows that are right. Harmless when it has begun.

    Raises ``Refused`` before a check, and when no row is right.
    """
    _only_those_who_may(acting)
    taken = _locked(acting.org_id, import_id)
    if taken.state in NOT_CHECKED or (taken.state is ImportState.checked and not taken.right):
        raise Refused(_("There is nothing in this spreadsheet that can be imported yet."))
    if taken.state is ImportState.checked:
        taken.state, taken.started_at = ImportState.running, now
        jobs.announce("people_import.started", org_id=acting.org_id, import_id=import_id)
    db.session.commit()


def import_chunk(*, org_id: int, import_id: int, now: datetime, size: int = IMPORTED_AT_ONCE) -> bool:
    """Import the next rows, and say whether there may be more. Run it until it says no, by whichever worker.

    A row is done in the transaction that marks it, so a worker that dies in between leaves nothing half or twice done.
    """
    taken = _locked(org_id, import_id)
    if taken.state is not ImportState.running:
        db.session.rollback()
        return False
    scope: dict[str, Any] = {"org_id": org_id, "import_id": import_id}
    first, last, number = db.session.execute(standing.NEXT_CHUNK, scope | {"size": size}).one()
    if number:
        db.session.execute(standing.JOIN_AS_SETS)
        scope |= {"first": first, "last": last}
        db.session.execute(standing.DECIDE, scope | {"today": now.date()})
        db.session.execute(standing.CHANGE_COLLEAGUES, scope)
        db.session.execute(standing.CHANGE_INVITATIONS, scope)
        db.session.execute(
            standing.PREPARE_INVITATIONS,
            scope
            | {
                "inviter_id": taken.created_by_id,
                "locale": db.session.get_one(Organisation, org_id).locale,
                "expires_at": now + VALID_FOR,
                "now": now,
            },
        )
        _record_roles(taken, scope, now)
        taken.done += number
    else:
        _finish(taken, now)
    db.session.commit()
    return bool(number)


def undo_import(*, acting: Acting, import_id: int, now: datetime) -> dict[str, int]:
    """Take back what an import did: invitations that nobody accepted, and values that nobody changed since.

    Returns the numbers of invitations withdrawn, of people and invitations set back, and of people who accepted and stay.
    Raises ``Refused`` before its end and 24 hours after it.
    """
    _only_those_who_may(acting)
    taken = _locked(acting.org_id, import_id)
    if not taken.may_be_undone(now):
        raise Refused(_("This import can no longer be undone."))
    scope = {"org_id": acting.org_id, "import_id": import_id}
    db.session.execute(standing.JOIN_AS_SETS)
    counts = {
        "withdrawn": _written(standing.WITHDRAW_INVITATIONS, scope),
        "restored": _written(standing.RESTORE_COLLEAGUES, scope) + _written(standing.RESTORE_INVITATIONS, scope),
        "accepted": db.session.scalar(standing.COUNT_ACCEPTED, scope) or 0,
    }
    taken.state, taken.undone_at, taken.undo_counts = ImportState.undone, now, counts
    record(
        "people.import_undone",
        org_ids={acting.org_id},
        now=now,
        subject=("people_import", import_id),
        actor=(acting.person_id, acting.person_name),
        data={"file": taken.file_name} | counts,
    )
    db.session.commit()
    return counts


def remove_import(*, acting: Acting, import_id: int) -> None:
    """Delete a spreadsheet that was not imported. Raises ``Refused`` when it was."""
    _only_those_who_may(acting)
    taken = _locked(acting.org_id, import_id)
    if taken.state not in (*NOT_CHECKED, ImportState.checked):
        raise Refused(_("This spreadsheet has been imported already."))
    db.session.delete(taken)
    db.session.commit()


def tidy_imports(*, org_id: int, finished_before: datetime, left_before: datetime) -> None:
    """Delete rows and files that can no longer be undone, and files that nobody took up."""
    over = sa.select(PeopleImport.id).where(
        PeopleImport.org_id == org_id,
        sa.or_(PeopleImport.finished_at <= finished_before, PeopleImport.undone_at.is_not(None)),
    )
    quietly = {"synchronize_session": False}
    db.session.execute(
        sa.delete(ImportRow).where(ImportRow.org_id == org_id, ImportRow.import_id.in_(over)), execution_options=quietly
    )
    db.session.execute(
        sa.update(PeopleImport).where(PeopleImport.org_id == org_id, PeopleImport.id.in_(over)).values(body=b""),
        execution_options=quietly,
    )
    db.session.execute(
        sa.delete(PeopleImport).where(
            PeopleImport.org_id == org_id,
            PeopleImport.state.in_((*NOT_CHECKED, ImportState.checked)),
            PeopleImport.created_at <= left_before,
        ),
        execution_options=quietly,
    )
    db.session.commit()


def _finish(taken: PeopleImport, now: datetime) -> None:
    taken.state, taken.finished_at = ImportState.done, now
    record(
        "people.imported",
        org_ids={taken.org_id},
        now=now,
        subject=("people_import", taken.id),
        actor=(taken.created_by_id, taken.created_by_name),
        data={"file": taken.file_name, "new": taken.new, "changed": taken.changed},
    )
    jobs.enqueue(send_invitations, org_id=taken.org_id, once=send_once(taken.org_id))


def _record_roles(taken: PeopleImport, scope: dict[str, Any], now: datetime) -> None:
    for change in db.session.execute(standing.ROLES_CHANGED, scope):
        record(
            "people.role_imported",
            org_ids={taken.org_id},
            now=now,
            subject=("affiliation", change.affiliation_id),
            actor=(taken.created_by_id, taken.created_by_name),
            data={"name": change.name, "was": change.was, "role": change.role},
        )


def _locked(org_id: int, import_id: int) -> PeopleImport:
    return db.session.scalars(
        sa.select(PeopleImport)
        .where(PeopleImport.org_id == org_id, PeopleImport.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _only_those_who_may(acting: Acting) -> None:
    if not may_import(acting):
        raise Forbidden(_("Only those who look after this company’s people may do this."))


def _written(statement: sa.TextClause, scope: dict[str, Any]) -> int:
    return cast(sa.CursorResult[Any], db.session.execute(statement, scope)).rowcount


def _batches(rows: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, size)):
        yield batch
