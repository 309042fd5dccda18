"""What the two of a pair are told when it is asked how they go on, and what came of it. The same words to both."""

from __future__ import annotations

from datetime import datetime

from marketplace.mentorships import queries
from marketplace.mentorships.models import Mentorship
from tenants.shared.database import new_id
from tenants.shared.letters import queue_letter
from tenants.shared.links import make_link

ANSWER_QUESTION = "mentorship_question"


def tell_both(
    kind: str,
    one: Mentorship,
    *,
    now: datetime,
    due_at: datetime | None = None,
    why: str = "",
    link: str | None = None,
) -> None:
    """The letter ``kind`` to both, each in the workspace they work in now. ``link`` is the purpose of one that acts on the
    mentorship without a sign-in, until ``due_at``.

    Somebody between employers gets it from their partner's organisation, so that the former employer has nothing of it,
    and reads on at an address outside the workspaces.
    """
    employers = {one.mentee_person_id: one.mentee_employer_id, one.mentor_person_id: one.mentor_employer_id}
    home = one.mentee_employer_id or one.mentor_employer_id or one.org_id
    persons, firms = queries.people(
        [one.mentee_person_id, one.mentor_person_id], [org_id for org_id in employers.values() if org_id]
    )
    for reader, other in (
        (one.mentee_person_id, one.mentor_person_id),
        (one.mentor_person_id, one.mentee_person_id),
    ):
        employer = employers[reader]
        base = f"/{firms[employer].slug}" if employer else "/workspaces"
        path = f"{base}/mentorships/{one.id}"
        url = path
        if link and employer:
            subject = (one.org_id, one.id)
            token = make_link(
                new_id(), org_id=employer, person_id=reader, purpose=link, subject=subject, expires_at=due_at
            )
            url = f"/links/{token}"
        data = {"other_name": persons[other].name, "url": url, "why": why}
        if due_at:
            data["due_at"] = due_at.isoformat()
        queue_letter(
            kind,
            org_id=employer or home,
            person_id=reader,
            now=now,
            data=data,
            path=path if employer else None,
        )
