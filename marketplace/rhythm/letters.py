"""What the two of a pair are written about its rhythm, each with a link of their own, and what a coordinator is hinted at.

No letter holds an answer, a reason or a word of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from marketplace.mentorships.models import Mentorship
from marketplace.mentorships.queries import people
from tenants.shared.database import db, new_id
from tenants.shared.letters import queue_letter
from tenants.shared.links import make_link

ANSWER_CHECK_IN = "check_in"
ANSWER_EXTENSION = "extension"


def write_to(
    readers: Sequence[int],
    kind: str,
    one: Mentorship,
    *,
    now: datetime,
    page: str = "",
    link: tuple[str, int] | None = None,
    expires_at: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """The letter ``kind`` to those of the pair who are in ``readers``, inside the worker's present transaction.

    ``page`` is what the button opens below the mentorship's address; ``link`` (purpose, subject's id) makes it act
    without a sign-in, for those who have a workspace.
    """
    employers = {one.mentee_person_id: one.mentee_employer_id, one.mentor_person_id: one.mentor_employer_id}
    home = one.mentee_employer_id or one.mentor_employer_id or one.org_id
    persons, firms = people(list(employers), [org_id for org_id in employers.values() if org_id])
    for reader in readers:
        other = one.mentor_person_id if reader == one.mentee_person_id else one.mentee_person_id
        employer = employers[reader]
        path = (
            f"/{firms[employer].slug}/mentorships/{one.id}{page}" if employer else f"/workspaces/mentorships/{one.id}"
        )
        url = path
        if link and employer:
            purpose, subject = link
            token = make_link(
                new_id(),
                org_id=employer,
                person_id=reader,
                purpose=purpose,
                subject=(one.org_id, subject),
                expires_at=expires_at,
            )
            url = f"/links/{token}"
        queue_letter(
            kind,
            org_id=employer or home,
            person_id=reader,
            now=now,
            data={"other_name": persons[other].name, "url": url, **(data or {})},
            path=path if employer else None,
        )


def day_at(day: date) -> str:
    """A day of the calendar for a letter: a moment of it that is the same day in nearly every zone."""
    return datetime.combine(day, time(10), UTC).isoformat()


def both(one: Mentorship) -> tuple[int, int]:
    return one.mentee_person_id, one.mentor_person_id


def the_other(one: Mentorship, person_id: int) -> tuple[int]:
    return (one.mentor_person_id if person_id == one.mentee_person_id else one.mentee_person_id,)


def hint_at(
    *, org_id: int, person_id: int, other_person_id: int, other_org_id: int, since: datetime, now: datetime
) -> None:
    """To the coordinators of ``org_id``, where ``person_id`` works: since when the pair is quiet, and nothing else."""
    persons, firms = people([person_id], [org_id, other_org_id])
    path = f"/{firms[org_id].slug}/pairs/?standing=quiet"
    for reader in db.session.scalars(sa.select(sa.func.coordinators_of(org_id))).all():
        if reader in (person_id, other_person_id):
            continue
        queue_letter(
            "quiet_hint",
            org_id=org_id,
            person_id=reader,
            now=now,
            data={
                "name": persons[person_id].name,
                "other_firm": firms[other_org_id].name,
                "since_at": since.isoformat(),
                "url": path,
            },
            path=path,
        )
