"""What a committee's members did at the bench stays with their organisation; nothing else there is held by person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.committee.models import CommitteeMember
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register


def export_seats(subject: Subject) -> list[dict[str, Any]]:
    found = db.session.scalars(
        sa.select(CommitteeMember)
        .where(CommitteeMember.person_id == subject.person_id)
        .order_by(CommitteeMember.appointed_at)
    )
    return [
        {
            "organisation": subject.slugs.get(one.firm_id, ""),
            "cohort": one.cohort_id,
            "at": one.appointed_at.isoformat(),
        }
        for one in found
    ]


def erase_seats(subject: Subject, _now: datetime) -> None:
    gone = sa.delete(CommitteeMember).where(CommitteeMember.person_id == subject.person_id)
    db.session.execute(gone, execution_options={"synchronize_session": False})


register(
    Holding(
        "committee_seats",
        _l("Your seats on matching committees"),
        frozenset({"committee_member.person_id"}),
        export_seats,
        erase_seats,
        goes=_l("That you sit on matching committees."),
    ),
    Holding(
        "committee_for_organisations",
        _l("What you did on a matching committee"),
        frozenset(
            "match_run.asked_by_id match_run.published_by_id match_mark.marked_by_id match_note.author_id "
            "match_vote.person_id committee_member.appointed_by_id".split()
        ),
    ),
)

# Also where each firm matches its own people: the rows are theirs, the cohort's end is what counts.
fade(
    Fading("match_note", of="cohort"),
    Fading("match_run", ("question",), of="cohort"),
)
