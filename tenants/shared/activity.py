"""The activity log: who did what, when, told to each tenant with only what that tenant may see."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tenants.shared.database import db, new_id
from tenants.shared.models import commitment

NAMED = frozenset({"mentee", "mentor", "name", "person", "assistant", "executive"})
"""Words of ``data`` that are people's names. They are kept beside the line and not in it, so that they can be erased."""

# One statement, whatever the number of lines and names: the log is written with every step that anybody takes.
WRITE = sa.text("SELECT write_activity(CAST(:lines AS jsonb), CAST(:names AS jsonb))")


def record(
    verb: str,
    *,
    org_ids: Iterable[int],
    now: datetime,
    subject: tuple[str, int | None],
    actor: tuple[int | None, str] = (None, ""),
    data: Mapping[str, Any] | None = None,
    people: Mapping[str, int] | None = None,
    session: Any = None,
) -> None:
    """Write one line in the log of each tenant named, inside the present transaction.

    ``verb`` is past tense with its noun first (``request.sent``); ``subject`` is a kind and an id; ``actor`` a person's id
    and name (nobody: the clock). ``data`` must be fit for every coordinator of those tenants: never anyone's words. Names of
    people in it go by the keys of ``NAMED``; ``people`` says whose they are where the subject does not.
    """
    data = dict(data or {})
    names = {slot: str(data.pop(slot))[:120] for slot in sorted(NAMED & data.keys()) if data[slot]}
    if actor[1]:
        names["actor"] = actor[1][:120]
    whose = {"actor": actor[0], **(people or {})}
    lines, named = [], []
    for org_id in sorted(set(org_ids)):
        line_id = new_id()
        salts = {slot: secrets.token_bytes(32) for slot in names}
        lines.append(
            {
                "org_id": org_id,
                "id": line_id,
                "at": now.isoformat(),
                "actor_person_id": actor[0],
                "verb": verb,
                "subject_kind": subject[0],
                "subject_id": subject[1],
                "data": data,
                "marks": {slot: commitment(salts[slot], name) for slot, name in names.items()},
            }
        )
        named += [
            {
                "org_id": org_id,
                "activity_id": line_id,
                "slot": slot,
                "person_id": whose.get(slot),
                "name": name,
                "salt": salts[slot].hex(),
            }
            for slot, name in names.items()
        ]
    (session or db.session).execute(WRITE, {"lines": json.dumps(lines), "names": json.dumps(named)})
