"""What a pause does to goals."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job


@tenant_job("shift_goals", on="mentorship.resumed")
def shift_goals(*, org_id: int, mentorship_id: int, days: int) -> None:
    """No clock runs during a pause: what was to be reached by a day has as many days left as before it."""
    del org_id
    since = clock.today() - timedelta(days=days)
    db.session.execute(sa.select(sa.func.shift_goals(mentorship_id, since, days)))
    db.session.commit()
