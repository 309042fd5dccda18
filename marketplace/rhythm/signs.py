"""Signs of life of a pair: that something happened, and nothing of what it was."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tenants.shared.database import db


def mark_sign_of_life(org_id: int, mentorship_id: int, now: datetime) -> None:
    """A meeting was arranged or held, a message written, a question answered: the pair is not quiet. The caller commits.

    ``org_id`` is the organisation that keeps the mentorship. For one of the two on a page, or a job of that organisation;
    for anybody else, and for a mentorship that has ended, it does nothing. One statement; more than one in an hour
    writes nothing.
    """
    db.session.execute(sa.select(sa.func.mark_sign_of_life(org_id, mentorship_id, now)))
