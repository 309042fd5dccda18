"""What a coordinator does for the pairs they look after."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.coordination.policy import may_see_pairs
from marketplace.coordination.queries import CoordinatedPair
from marketplace.rhythm.models import RhythmSetting
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused


def nudge_pair(*, acting: Acting, pair: CoordinatedPair, now: datetime) -> None:
    """Have a kind letter written to both of a quiet pair, once a week at most.

    Raises ``Refused`` when the pair is not quiet (any more), or was written to less than a week ago.
    """
    keeper = db.session.scalar(sa.select(sa.func.claim_kind_word(pair.id, now)))
    if keeper is None:
        raise Refused(_("This pair is not quiet any more, or was written to within the last week."))
    record(
        "pair.nudged",
        org_ids=[acting.org_id],
        now=now,
        subject=("mentorship", pair.id),
        actor=(acting.person_id, acting.person_name),
    )
    jobs.announce("pair.nudged", org_id=keeper, mentorship_id=pair.id)
    db.session.commit()


def set_quiet_days(*, acting: Acting, days: int, now: datetime) -> None:
    """From the clock's next round on, pairs of the organisation's mentees are asked after this many days."""
    if not may_see_pairs(acting):
        raise Forbidden(_("Only those who look after pairs may set this."))
    statement = insert(cast(sa.Table, RhythmSetting.__table__)).values(org_id=acting.org_id, quiet_days=days)
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id"], set_={"quiet_days": days}))
    record(
        "rhythm.quiet_days_set",
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", acting.org_id),
        actor=(acting.person_id, acting.person_name),
        data={"number": days},
    )
    db.session.commit()
