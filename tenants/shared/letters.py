"""Queue a letter and its notice with the work they tell of; the worker sends it once the work is committed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.models import Letter, LetterState, Notice


@jobs.tenant_job("send_letter", queue="letters")
def send_letter(*, org_id: int, letter_id: int) -> None:
    """Compose one letter in its reader's language and hand it to the mail server."""
    raise NotImplementedError


def queue_letter(
    kind: str,
    *,
    org_id: int,
    now: datetime,
    data: dict[str, Any],
    person_id: int | None = None,
    address: str | None = None,
    locale: str | None = None,
    path: str | None = None,
    session: Any = None,
) -> None:
    """Queue one letter for ``person_id`` (or for an ``address`` without a person yet) in the present transaction.

    ``org_id`` is the workspace that the reader belongs to and whose name and accent the letter bears. ``data`` goes to the
    templates ``letters/<kind>/`` as they are; it never holds what two people write to each other. With ``path``, the same
    news is a notice in the reader's workspace that leads there.
    """
    session = session or db.session
    letter_id = new_id()
    session.execute(
        sa.insert(Letter.__table__).values(
            org_id=org_id,
            id=letter_id,
            kind=kind,
            person_id=person_id,
            address=address,
            locale=locale,
            data=data,
            state=LetterState.queued,
            attempts=0,
            error="",
            created_at=now,
        )
    )
    if path is not None and person_id is not None:
        session.execute(
            sa.insert(Notice.__table__).values(
                org_id=org_id, id=new_id(), person_id=person_id, kind=kind, data=data, path=path, created_at=now
            )
        )
    jobs.enqueue(send_letter, org_id=org_id, letter_id=letter_id, session=session)
