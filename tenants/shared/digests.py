"""The digest: what somebody wanted to hear of once a day or once a week, in one letter a workspace.

A letter is gathered by a conditional change of its row, so that however many workers there are, and however long none ran, it is
in one digest and no other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from tenants.shared import clock
from tenants.shared.database import db, new_id
from tenants.shared.jobs import clock_job, enqueue, tenant_job
from tenants.shared.letters import DIGEST, queue_letter, send_letter
from tenants.shared.models import Letter, LetterState


@clock_job("find_due_digests", "*/5 * * * *")
def find_due_digests() -> None:
    now = clock.now()
    for org_id in db.session.scalars(sa.select(sa.func.organisations_with_due_digests(now))).all():
        enqueue(find_readers_of_digests, org_id=org_id, once=f"find_readers_of_digests {org_id}")


def _due(org_id: int, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Letter.org_id == org_id, Letter.state == LetterState.gathered, Letter.due_at <= now)


KEPT_FOR = timedelta(days=5)
"""What a letter said is kept shut for so long: mail servers try for about as long (RFC 5321, section 4.5.4.1)."""


@clock_job("forget_sent_letters", "50 * * * *")
def forget_sent_letters() -> None:
    db.session.execute(sa.select(sa.func.forget_sent_letters(clock.now() - KEPT_FOR)))


@tenant_job("find_readers_of_digests")
def find_readers_of_digests(*, org_id: int) -> None:
    readers = sa.select(Letter.person_id).where(_due(org_id, clock.now())).distinct()
    for person_id in db.session.scalars(readers).all():
        enqueue(write_digest, org_id=org_id, person_id=person_id, once=f"write_digest {org_id} {person_id}")
    db.session.commit()


@tenant_job("write_digest")
def write_digest(*, org_id: int, person_id: int) -> None:
    """Take in what is due for one reader and queue the letter that tells of it, in one transaction."""
    now = clock.now()
    digest_id = new_id()
    taken = db.session.execute(
        sa.update(Letter)
        .where(_due(org_id, now), Letter.person_id == person_id)
        .values(state=LetterState.digested, digest_id=digest_id)
        .execution_options(synchronize_session=False)
    )
    number = cast(sa.CursorResult[Any], taken).rowcount
    if number:
        queue_letter(DIGEST, org_id=org_id, person_id=person_id, now=now, data={"count": number}, letter_id=digest_id)
    db.session.commit()


@tenant_job("reconsider_letters")
def reconsider_letters(*, org_id: int, person_id: int) -> None:
    """The reader chose otherwise: what waits is looked at again, as if it had just been written."""
    waiting = (
        sa.update(Letter)
        .where(
            Letter.org_id == org_id,
            Letter.person_id == person_id,
            sa.or_(
                Letter.state == LetterState.gathered,
                sa.and_(Letter.state == LetterState.queued, Letter.due_at.is_not(None)),
            ),
        )
        .values(state=LetterState.queued, due_at=None)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    for letter_id in db.session.scalars(waiting).all():
        enqueue(send_letter, org_id=org_id, letter_id=letter_id)
    db.session.commit()
