"""The address of a person's own calendar: made, made anew, taken away."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.meetings.models import CalendarFeed
from tenants.shared.database import db
from tenants.shared.secrets import hash_of


def new_feed(*, person_id: int, now: datetime) -> str:
    """The secret of a new address, told once; the earlier address leads nowhere from now on."""
    token = secrets.token_urlsafe(32)
    values = {"token_hash": hash_of(token), "made_at": now}
    statement = insert(cast(sa.Table, CalendarFeed.__table__)).values(person_id=person_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    db.session.commit()
    return token


def drop_feed(*, person_id: int) -> None:
    """The address leads nowhere from now on. Twice is no error."""
    db.session.execute(
        sa.delete(CalendarFeed).where(CalendarFeed.person_id == person_id),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()
