"""What the clock does for accounts."""

from __future__ import annotations

import sqlalchemy as sa

from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job


@clock_job("clear_old_sign_ins", "17 * * * *")
def clear_old_sign_ins() -> None:
    """Forget sessions whose cookie has expired, codes and counts that ran out, and address changes nobody may undo."""
    db.session.execute(sa.text("SELECT clear_old_sign_ins(:now)"), {"now": clock.now()})
