"""A mentor says when they can be met."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.meetings.hours import Hours
from marketplace.meetings.models import MeetingHours
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.links import spend_link


def set_hours(*, acting: Acting, hours: Hours, now: datetime, link: bytes | None = None) -> None:
    """From now on these times can be picked. Meetings that stand are not touched."""
    spend_link(link, now)
    values = {
        "zone": hours.zone,
        "minutes": hours.minutes,
        "notice_hours": hours.notice_hours,
        "pattern": hours.pattern(),
        "changed_at": now,
    }
    statement = insert(cast(sa.Table, MeetingHours.__table__)).values(person_id=acting.person_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    db.session.commit()
