"""The one way in which an organisation ceases to take part in a programme, whoever wished it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from marketplace.programmes.models import PartyState, ProgrammeParty
from tenants.shared import jobs
from tenants.shared.database import db


def part(*, org_id: int, programme_id: int, firm_id: int, now: datetime) -> bool:
    """``firm_id`` takes part no longer in this programme of ``org_id``; the caller commits. False when it did not anyway.

    Who is in a cohort finishes it; ways in that are under way end, in a job (``party.left``).
    """
    parted = cast(
        sa.CursorResult[Any],
        db.session.execute(
            sa.update(ProgrammeParty)
            .where(
                ProgrammeParty.org_id == org_id,
                ProgrammeParty.programme_id == programme_id,
                ProgrammeParty.firm_id == firm_id,
                ProgrammeParty.state == PartyState.active,
            )
            .values(state=PartyState.left, answered_at=now),
            execution_options={"synchronize_session": False},
        ),
    )
    if parted.rowcount:
        jobs.announce("party.left", org_id=org_id, programme_id=programme_id, firm_id=firm_id)
    return bool(parted.rowcount)
