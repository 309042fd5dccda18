"""Letters to one of a pair whose link acts without a sign-in; written by a job of the organisation that keeps the pair."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from marketplace.mentorships import queries
from marketplace.mentorships.models import Mentorship
from tenants.shared.letters import queue_letter
from tenants.shared.links import make_link


def link_id(purpose: str, *about: int | str) -> int:
    """The same id for the same occasion, so that a job that runs twice makes one link and writes one letter."""
    words = " ".join(map(str, (purpose, *about)))
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8]) >> 1


def write_by_link(
    kind: str,
    one: Mentorship,
    *,
    reader: int,
    purpose: str,
    occasion: int | str,
    expires_at: datetime,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """The letter ``kind`` to one of the two, its link for ``purpose`` and its notice, in the present transaction.

    Once for each ``occasion``. Somebody between employers is in no workspace that a link could open: their letter, sent
    from their partner's organisation, leads to their own page instead.
    """
    mentee = reader == one.mentee_person_id
    other = one.mentor_person_id if mentee else one.mentee_person_id
    employer = one.mentee_employer_id if mentee else one.mentor_employer_id
    persons, firms = queries.people([other], [employer] if employer else [])
    words = {"other_name": persons[other].name, **(data or {})}
    if employer is None:
        home = one.mentee_employer_id or one.mentor_employer_id or one.org_id
        words["url"] = f"/workspaces/mentorships/{one.id}"
        queue_letter(kind, org_id=home, person_id=reader, now=now, data=words)
        return
    token = make_link(
        link_id(purpose, one.id, reader, occasion),
        org_id=employer,
        person_id=reader,
        purpose=purpose,
        subject=(one.org_id, one.id),
        expires_at=expires_at,
    )
    if token is not None:
        words["url"] = f"/links/{token}"
        path = f"/{firms[employer].slug}/mentorships/{one.id}"
        queue_letter(kind, org_id=employer, person_id=reader, now=now, data=words, path=path)
