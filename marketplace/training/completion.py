"""When a training is done: every required module of somebody's side is."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tenants.shared import jobs
from tenants.shared.database import db


def settle_training(*, org_id: int, cohort_id: int, person_id: int, now: datetime, back: bool = False) -> int:
    """Note that a person is trained wherever they now are, and have them told; the caller commits. How many sides it was.

    ``back``: also take it back, where a tick was a mistake. A module that is added later takes nothing back.
    """
    db.session.flush()
    trained = db.session.scalars(sa.select(sa.func.settle_training(org_id, cohort_id, person_id, now, back))).all()
    for enrolment_id in trained:
        jobs.announce("training.completed", org_id=org_id, enrolment_id=enrolment_id)
    return len(trained)
