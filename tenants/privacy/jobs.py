"""What the worker does with a person's data because they asked, and what the clock deletes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tenants import walls
from tenants.organisations.models import Organisation
from tenants.privacy import packages, queries, sealing
from tenants.privacy.models import Erasure, ErasureState, ExportState, Kept, PersonalExport
from tenants.privacy.reading import as_pdf
from tenants.shared import clock
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.fading import FADING
from tenants.shared.holdings import Subject, in_order
from tenants.shared.jobs import clock_job, enqueue, tenant_job
from tenants.shared.letters import queue_letter

ENTER_PRIVACY = sa.text("SELECT * FROM enter_privacy(:kind, :id, :now)")
KEPT_FOR = timedelta(days=7)
"""A download is kept for so long."""
BATCH = 500


def enter_privacy(kind: str, identifier: int) -> Subject | None:
    """Open the context of the person who asked (``export`` or ``erasure``); None when it was done or undone meanwhile."""
    db.session.rollback()
    values = {"kind": kind, "id": identifier, "now": clock.now()}
    row = walls.enter(db.session, walls.Entry(ENTER_PRIVACY, values))
    if row is None:
        db.session.rollback()
        return None
    organisations = db.session.execute(sa.select(Organisation.id, Organisation.slug, Organisation.name)).all()
    slugs = {one.id: one.slug for one in organisations}
    return Subject(row["person_id"], row["name"], row["locale"], slugs, {one.id: one.name for one in organisations})


# --- everything about me ------------------------------------------------------------------------------------------------


@tenant_job("make_export")
def make_export(*, org_id: int, export_id: int) -> None:
    """Put everything about one person together, a holding at a time, and write to them. Made twice, it is the same file."""
    subject = enter_privacy("export", export_id)
    if subject is None:
        return
    holdings = [holding for holding in in_order() if holding.export]
    _step(export_id, 0, len(holdings) + 1)
    held: dict[str, list[dict[str, Any]]] = {}
    for number, holding in enumerate(holdings, 1):
        assert holding.export is not None  # noqa: S101 - chosen above
        held[holding.name] = holding.export(subject)
        _step(export_id, number, len(holdings) + 1)
    now = clock.now()
    data = {
        "schema": packages.SCHEMA,
        "made_at": now.isoformat(),
        "organisations": _organisations(held),
        "holdings": held,
    }
    name = f"{'mes-donnees' if subject.locale == 'fr' else 'my-data'}.pdf"
    content = packages.pack(data, as_pdf(subject, data), name, subject.files)
    _change(
        export_id,
        state=ExportState.ready,
        content=sealing.seal(content, person_id=subject.person_id, export_id=export_id),
        done=len(holdings) + 1,
        ready_at=now,
        expires_at=now + KEPT_FOR,
    )
    path = "/account/privacy/"
    letter = {"url": path, "until_at": (now + KEPT_FOR).isoformat()}
    queue_letter("export_ready", org_id=org_id, person_id=subject.person_id, now=now, data=letter, path=path)
    db.session.commit()


def _step(export_id: int, done: int, total: int) -> None:
    _change(export_id, state=ExportState.working, done=done, total=total)
    db.session.commit()


def _change(export_id: int, **values: Any) -> None:
    statement = sa.update(PersonalExport).where(PersonalExport.id == export_id).values(**values)
    db.session.execute(statement, execution_options={"synchronize_session": False})


def _organisations(held: dict[str, list[dict[str, Any]]]) -> list[dict[str, str]]:
    slugs = list(dict.fromkeys(tie["organisation"] for tie in held["affiliations"]))
    rows = db.session.execute(
        sa.select(Organisation.slug, Organisation.name, Organisation.kind).where(Organisation.slug.in_(slugs))
    )
    known = {row.slug: {"slug": row.slug, "name": row.name, "kind": row.kind.value} for row in rows}
    return [known[slug] for slug in slugs]


# --- erase me -----------------------------------------------------------------------------------------------------------


@tenant_job("carry_out_erasure")
def carry_out_erasure(*, org_id: int, erasure_id: int) -> None:
    """Erase one person, in one transaction, once: whoever comes second finds it done."""
    del org_id
    subject = enter_privacy("erasure", erasure_id)
    if subject is None:
        return
    now = clock.now()
    for holding in in_order():
        if holding.erase:
            holding.erase(subject, now)
    done = sa.update(Erasure).where(Erasure.id == erasure_id).values(state=ErasureState.done, ended_at=now)
    db.session.execute(done, execution_options={"synchronize_session": False})
    db.session.commit()


@clock_job("find_due_erasures", "*/15 * * * *")
def find_due_erasures() -> None:
    """Those whose seven days are over, each a job of its own; and the downloads whose seven days are over."""
    now = clock.now()
    due = db.session.execute(sa.text("SELECT id, org_id FROM due_erasures(:now)"), {"now": now}).all()
    for one in due:
        enqueue(carry_out_erasure, org_id=one.org_id, erasure_id=one.id, once=f"carry_out_erasure {one.id}")
    db.session.execute(sa.select(sa.func.drop_old_exports(now)))


# --- what is kept no longer ---------------------------------------------------------------------------------------------


@tenant_job("delete_what_is_old")
def delete_what_is_old(*, org_id: int) -> None:
    """What one organisation keeps no longer, in batches of their own transactions. The log says how many, nothing else."""
    now = clock.now()
    for subject, days in queries.chosen_days(org_id).items():
        number = 0
        for step in _steps(subject, now - timedelta(days=days)):
            while batch := db.session.scalar(step):
                number += batch
                db.session.commit()
        if number:
            record(
                "organisation.data_deleted",
                org_ids=[org_id],
                now=now,
                subject=("organisation", org_id),
                data={"subject": subject.value, "number": number},
            )
        db.session.commit()


def _steps(subject: Kept, before: datetime) -> list[sa.Select[Any]]:
    """Statements that each delete a batch of what is older than ``before``, to be repeated until they find nothing."""
    words = [one.step(before, BATCH) for one in FADING.values()] if subject is Kept.mentorships else []
    return [sa.select(sa.func.apply_retention(subject.value, before, BATCH)), *words]


@clock_job("find_what_is_old", "20 2 * * *")
def find_what_is_old() -> None:
    """Every night, each organisation in a job of its own."""
    db.session.execute(sa.select(sa.func.forget_view_marks(clock.today())))
    for org_id in db.session.scalars(sa.text("SELECT * FROM organisations_for_retention()")).all():
        enqueue(delete_what_is_old, org_id=org_id, once=f"delete_what_is_old {org_id}")
