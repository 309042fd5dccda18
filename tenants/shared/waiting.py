"""Whether a letter goes now, later, with the digest, or not at all: as its reader chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tenants.accounts.models import Person
from tenants.shared.choices import Subscription, deliveries, delivery_of, hours_of
from tenants.shared.database import db
from tenants.shared.models import Delivery, Letter, LetterState


def put_off(letter: Letter, now: datetime) -> bool:
    """Decide it on a locked letter that waits to be sent. False: it goes now.

    A letter that is put off until ``due_at`` stays queued; the caller sees to it that it is looked at again then.
    """
    if letter.person_id is None or letter.attempts or deliveries(letter.kind) == (Delivery.instant,):
        return False
    way = delivery_of(Subscription(letter.org_id, letter.person_id, letter.kind))
    if way is Delivery.app:
        letter.state = LetterState.unwanted
        return True
    zone = db.session.scalar(sa.select(Person.time_zone).where(Person.id == letter.person_id)) or "UTC"
    hours = hours_of(letter.org_id, letter.person_id, ZoneInfo(zone))
    if way is not Delivery.instant:
        digest = hours.next_digest(letter.created_at, way)
        if _may_wait(letter.data, now, digest):
            letter.state, letter.due_at = LetterState.gathered, digest
            return True
    quiet = hours.quiet_end(now)
    if quiet and _may_wait(letter.data, now, quiet):
        letter.due_at = quiet
        return True
    return False


def _may_wait(data: dict[str, Any], now: datetime, until: datetime) -> bool:
    """Not when it brings a date for the calendar, nor when something it tells of would be over by then."""
    if "calendar" in data:
        return False
    moments = [
        datetime.fromisoformat(value) for key, value in data.items() if key.endswith("_at") and isinstance(value, str)
    ]
    return not any(now < moment <= until for moment in moments)
