"""The activity log: who did what, when, told to each tenant with only what that tenant may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tenants.shared.database import db, new_id
from tenants.shared.models import Activity


def record(
    verb: str,
    *,
    org_ids: Iterable[int],
    now: datetime,
    subject: tuple[str, int | None],
    actor: tuple[int | None, str] = (None, ""),
    data: dict[str, Any] | None = None,
    session: Any = None,
) -> None:
    """Write one line in the log of each tenant named, inside the present transaction.

    ``verb`` is past tense with its noun first (``request.sent``); ``subject`` is a kind and an id; ``actor`` a person's id
    and name (nobody: the clock). ``data`` must be fit for every coordinator of those tenants: never anyone's words.
    """
    rows = [
        {
            "org_id": org_id,
            "id": new_id(),
            "at": now,
            "actor_person_id": actor[0],
            "actor_name": actor[1],
            "verb": verb,
            "subject_kind": subject[0],
            "subject_id": subject[1],
            "data": data or {},
        }
        for org_id in sorted(set(org_ids))
    ]
    (session or db.session).execute(sa.insert(Activity), rows)
