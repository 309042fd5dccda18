"""What was deleted goes for good."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job

KEPT_FOR = timedelta(days=1)
"""An entry that was deleted can be taken back for so long."""


@clock_job("forget_deleted_journal_entries", "35 * * * *")
def forget_deleted_journal_entries() -> None:
    db.session.execute(sa.select(sa.func.forget_deleted_journal_entries(clock.now() - KEPT_FOR)))
