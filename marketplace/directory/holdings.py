"""What is held about a person who looks for mentors: their list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.directory import commands, queries
from marketplace.mentors.models import SavedMentor
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.holdings import Held, Holding, Subject, register

MOST = 500


def export_saved(subject: Subject) -> list[dict[str, Any]]:
    """Each with the name as long as the mentor can be seen; their number in any case, to bring the list along."""
    rows = db.session.execute(sa.text("SELECT * FROM saved_for_export()"))
    return [
        {
            "organisation": subject.slugs[row.org_id],
            "mentor": row.mentor_id,
            "name": row.name,
            "firm": row.firm,
            "saved_at": row.created_at.isoformat(),
        }
        for row in rows
    ]


def bring_saved(acting: Acting, held: Held) -> int:
    """Those that the viewer may see from here."""
    ids = [one["mentor"] for one in held.records if isinstance(one.get("mentor"), int) and 0 < one["mentor"] < 2**63]
    found = queries.visible_mentors(acting, ids[:MOST])
    for mentor in found:
        commands.save_mentor(acting=acting, mentor=mentor, now=held.now)
    return len(found)


def erase_saved(subject: Subject, _now: datetime) -> None:
    db.session.execute(
        sa.delete(SavedMentor).where(SavedMentor.person_id == subject.person_id),
        execution_options={"synchronize_session": False},
    )


register(
    Holding(
        "saved_mentors",
        _l("Mentors on your list"),
        frozenset({"saved_mentor.person_id"}),
        export_saved,
        erase_saved,
        bring_saved,
        goes=_l("Your list of mentors and your places in queues."),
    )
)
