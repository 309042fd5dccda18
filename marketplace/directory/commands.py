"""A person keeps a mentor on their list, or waits for one who is full."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.directory.queries import Mentor
from marketplace.mentors.models import QueuePlace, SavedMentor
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.errors import Refused


def save_mentor(*, acting: Acting, mentor: Mentor, now: datetime) -> None:
    """Keep the mentor on the viewer's list, which nobody else sees. Kept already: no error."""
    statement = insert(SavedMentor).values(
        org_id=acting.org_id,
        person_id=acting.person_id,
        mentor_org_id=mentor.org_id,
        mentor_id=mentor.mentor_id,
        created_at=now,
    )
    db.session.execute(statement.on_conflict_do_nothing())
    db.session.commit()


def forget_mentor(*, acting: Acting, mentor_id: int) -> None:
    """Take the mentor off the viewer's list, also one who cannot be seen any more. Not on it: no error."""
    db.session.execute(
        sa.delete(SavedMentor).where(
            SavedMentor.org_id == acting.org_id,
            SavedMentor.person_id == acting.person_id,
            SavedMentor.mentor_id == mentor_id,
        )
    )
    db.session.commit()


def take_queue_place(*, acting: Acting, mentor: Mentor, now: datetime) -> None:
    """Wait for a full mentor: first come, first told. Waiting already keeps the earlier place.

    Raises ``Refused`` when the mentor has room, because then one asks.
    """
    if mentor.room > 0:
        raise Refused(_("%(name)s has room now: you can ask right away.", name=mentor.name))
    statement = insert(QueuePlace).values(
        org_id=acting.org_id,
        person_id=acting.person_id,
        mentor_org_id=mentor.org_id,
        mentor_id=mentor.mentor_id,
        mentor_person_id=mentor.person_id,
        created_at=now,
    )
    db.session.execute(statement.on_conflict_do_nothing())
    db.session.commit()


def leave_queue(*, acting: Acting, mentor_id: int) -> None:
    """Give up one's place in the mentor's queue. No place: no error."""
    db.session.execute(
        sa.delete(QueuePlace).where(
            QueuePlace.org_id == acting.org_id,
            QueuePlace.person_id == acting.person_id,
            QueuePlace.mentor_id == mentor_id,
        )
    )
    db.session.commit()
