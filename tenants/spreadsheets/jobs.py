"""What the worker does with spreadsheets: import them, and tidy up after them."""

from __future__ import annotations

import sqlalchemy as sa

from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job
from tenants.spreadsheets import commands
from tenants.spreadsheets.models import LEFT_ALONE, UNDO_WITHIN

ORGANISATIONS = sa.text("SELECT organisations_with_old_imports(:finished_before, :left_before)")


@tenant_job("read_people_file", on="people_import.sent")
def read_people_file(*, org_id: int, import_id: int) -> None:
    commands.read_import(org_id=org_id, import_id=import_id)


@tenant_job("import_people", on="people_import.started")
def import_people(*, org_id: int, import_id: int) -> None:
    """Import one spreadsheet, chunk by chunk; from where it was left when a worker died in the middle."""
    while commands.import_chunk(org_id=org_id, import_id=import_id, now=clock.now()):
        db.session.expunge_all()


@tenant_job("tidy_imports_of_organisation")
def tidy_imports_of_organisation(*, org_id: int) -> None:
    now = clock.now()
    commands.tidy_imports(org_id=org_id, finished_before=now - UNDO_WITHIN, left_before=now - LEFT_ALONE)


@clock_job("tidy_imports", "17 * * * *")
def tidy_imports() -> None:
    """Every hour, one job for each organisation that keeps rows longer than they are needed."""
    now = clock.now()
    times = {"finished_before": now - UNDO_WITHIN, "left_before": now - LEFT_ALONE}
    for org_id in db.session.scalars(ORGANISATIONS, times):
        enqueue(tidy_imports_of_organisation, org_id=org_id, once=f"tidy_imports_of_organisation {org_id}")
