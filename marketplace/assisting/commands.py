"""An assistant reminds their executive."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _

from marketplace.assisting import queries
from tenants.affiliations.queries import Help
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.letters import queue_letter

ONCE_IN = timedelta(hours=20)
"""An executive is reminded once a day at most."""


def remind_executive(*, acting: Acting, help: Help, now: datetime) -> None:
    """Write to the executive how many requests wait for them and by when the first is due.

    Raises ``Forbidden`` for anybody but their assistant, ``Refused`` when nothing waits or they were reminded today.
    """
    one = help.assistance
    if one.assistant_person_id != acting.person_id or not one.agreed:
        raise Forbidden(_("Only the assistant of this person can remind them."))
    waiting = queries.waits_for(acting, help)
    if not waiting:
        raise Refused(_("Nothing waits for %(name)s.", name=help.executive))
    db.session.refresh(one, with_for_update=True)
    if one.reminded_at is not None and one.reminded_at + ONCE_IN > now:
        raise Refused(_("%(name)s was reminded today already.", name=help.executive))
    one.reminded_at = now
    path = f"/{acting.slug}/requests/"
    due = min((request.due_at for request in waiting if request.due_at), default=None)
    data = {
        "other_name": acting.person_name,
        "count": len(waiting),
        "due_at": due.isoformat() if due else None,
        "url": path,
    }
    queue_letter(
        "assistant_reminder",
        org_id=acting.org_id,
        person_id=one.executive_person_id,
        now=now,
        data=data,
        path=path,
    )
    db.session.commit()
