"""Somebody opened a mentor's page: counted for the reader's firm, once a day, without saying who it was."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from marketplace.directory.queries import Mentor
from tenants.shared.database import db


def count_view(mentor: Mentor, *, today: date) -> None:
    """One statement and a commit that does not wait for the disk; the mentor's own look counts for nothing."""
    db.session.execute(sa.select(sa.func.count_view(mentor.org_id, mentor.mentor_id, today)))
    db.session.commit()
