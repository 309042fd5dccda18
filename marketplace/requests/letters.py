"""Letters about a request: what each says, and the jobs that write those whose link acts.

A link in a letter acts for its reader, so only the worker may make one; such a letter is written by a job queued with
the transition. Every other letter is queued by the transition itself. No letter holds what the two wrote.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from marketplace.mentors.models import MentorProfile, QueuePlace
from marketplace.requests import queries
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job
from tenants.shared.letters import queue_letter
from tenants.shared.links import make_link

ANSWER_REQUEST = "answer_request"
CONFIRM_REQUEST = "confirm_request"
TALK_ANSWER = "talk_answer"


def request_path(slug: str, request_id: int) -> str:
    return f"/{slug}/requests/{request_id}"


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


# --- what each letter says ------------------------------------------------------------------------------------------


def request_received(
    mentee: str, mentee_firm: str, answer_url: str, due_at: datetime | None, *, form: str = "", proposed: bool = False
) -> dict[str, Any]:
    """To the mentor; the same for request_reminder. ``proposed``: a committee asks on the mentee's behalf."""
    data = {"mentee_name": mentee, "mentee_firm": mentee_firm, "answer_url": answer_url, "due_at": iso(due_at)}
    return data | {"form": form, "proposed": proposed}


def information_given(mentee: str, answer_url: str, due_at: datetime | None) -> dict[str, Any]:
    return {"mentee_name": mentee, "answer_url": answer_url, "due_at": iso(due_at)}


def information_asked(mentor: str, path: str, due_at: datetime | None) -> dict[str, Any]:
    return {"mentor_name": mentor, "url": path, "due_at": iso(due_at)}


def request_accepted(
    mentor: str, mentor_firm: str, confirm_url: str, due_at: datetime | None, form: str = ""
) -> dict[str, Any]:
    data = {"mentor_name": mentor, "mentor_firm": mentor_firm, "url": confirm_url, "due_at": iso(due_at)}
    return data | {"form": form}


def request_declined(mentor: str, path: str, form: str = "") -> dict[str, Any]:
    """Similar mentors are shown on the page, where what the mentee may see is known."""
    return {"mentor_name": mentor, "url": path, "similar": [], "form": form}


def request_expired(mentor: str, path: str, can_resend: bool, *, proposed: bool = False) -> dict[str, Any]:
    """``proposed``: the committee had asked on the mentee's behalf, and looks for somebody else."""
    return {"mentor_name": mentor, "url": path, "can_resend": can_resend, "similar": [], "proposed": proposed}


def request_expired_mentor(mentee: str, path: str, in_cohort: bool = False) -> dict[str, Any]:
    return {"mentee_name": mentee, "url": path, "in_cohort": in_cohort}


def request_withdrawn(mentee: str, path: str, form: str = "") -> dict[str, Any]:
    return {"mentee_name": mentee, "url": path, "form": form}


def request_lapsed(other: str, path: str) -> dict[str, Any]:
    return {"other_name": other, "url": path}


def employer_asked(mentee: str, mentor: str, mentor_firm: str, path: str) -> dict[str, Any]:
    return {"mentee_name": mentee, "mentor_name": mentor, "mentor_firm": mentor_firm, "url": path}


def firm_asked(
    mentee: str, mentor: str, other_firm: str, side: str, form: str, path: str, due_at: datetime, *, again: bool
) -> dict[str, Any]:
    """A firm is asked about a pair that a committee proposes. ``side``: who of the two is theirs; ``again``: a reminder."""
    data = {"mentee_name": mentee, "mentor_name": mentor, "other_firm": other_firm, "url": path, "side": side}
    return data | {"form": form, "due_at": iso(due_at), "again": again}


def proposal_over(other: str, path: str) -> dict[str, Any]:
    return {"other_name": other, "url": path}


def employer_answered(mentor: str, path: str) -> dict[str, Any]:
    """To the mentee: employer_approved, employer_refused."""
    return {"mentor_name": mentor, "url": path}


def concern_reported(path: str) -> dict[str, Any]:
    return {"url": path}


def place_free(mentor: str, path: str) -> dict[str, Any]:
    return {"mentor_name": mentor, "url": path}


# --- letters whose link acts ----------------------------------------------------------------------------------------

TO_MENTOR = frozenset({"request_received", "request_reminder", "information_given"})


@tenant_job("tell_by_link")
def tell_by_link(*, org_id: int, request_id: int, kind: str, link_id: int) -> None:
    """Write the letter ``kind`` with a link of its own.

    ``link_id`` is decided with the transition: a job that runs twice finds its link made and writes nothing more. A
    request that has moved on or run out meanwhile needs no letter.
    """
    asked = db.session.get(MentoringRequest, (org_id, request_id))
    expected = RequestState.sent if kind in TO_MENTOR else RequestState.accepted
    now = clock.now()
    if asked is None or asked.state is not expected or asked.due_at is None or asked.due_at <= now:
        return
    write_with_link(asked, kind=kind, link_id=link_id, now=now)
    db.session.commit()


def write_with_link(asked: MentoringRequest, *, kind: str, link_id: int, now: datetime) -> None:
    """The letter ``kind``, its link and its notice, inside the present transaction of the worker."""
    persons, firms = queries.people(
        (asked.mentee_person_id, asked.mentor_person_id), (asked.org_id, asked.mentor_org_id)
    )
    mentee, mentor = persons[asked.mentee_person_id], persons[asked.mentor_person_id]
    mentee_firm, mentor_firm = firms[asked.org_id], firms[asked.mentor_org_id]
    to_mentor = kind in TO_MENTOR
    reader, firm = (mentor, mentor_firm) if to_mentor else (mentee, mentee_firm)
    token = make_link(
        link_id,
        org_id=firm.id,
        person_id=reader.id,
        purpose=ANSWER_REQUEST if to_mentor else CONFIRM_REQUEST,
        subject=(asked.org_id, asked.id),
        expires_at=asked.due_at,
    )
    if token is None:
        return
    url = f"/links/{token}"
    if kind == "information_given":
        data = information_given(mentee.name, url, asked.due_at)
    elif to_mentor:
        proposed = queries.was_proposed(asked)
        data = request_received(mentee.name, mentee_firm.name, url, asked.due_at, form=asked.form, proposed=proposed)
    else:
        data = request_accepted(mentor.name, mentor_firm.name, url, asked.due_at, asked.form)
    path = request_path(firm.slug, asked.id)
    queue_letter(kind, org_id=firm.id, person_id=reader.id, now=now, data=data, path=path)


@tenant_job("tell_queue", on="mentor.has_room")
def tell_queue(*, org_id: int, mentor_id: int, places: int = 1) -> None:
    """A mentor of this organisation has ``places`` more: tell as many of those who wait, still see them, and were not
    told yet, the first first. Nobody is told of a mentor who has no room, or no page, by now.
    """
    now = clock.now()
    while places > 0 and (first := queries.next_in_queue(org_id, mentor_id)):
        place = sa.update(QueuePlace).where(
            QueuePlace.org_id == first.org_id,
            QueuePlace.person_id == first.person_id,
            QueuePlace.mentor_org_id == org_id,
            QueuePlace.mentor_id == mentor_id,
            QueuePlace.told_at.is_(None),
        )
        told = cast(sa.CursorResult[Any], db.session.execute(place.values(told_at=now)))
        if told.rowcount == 1:
            _tell_of_place(org_id, mentor_id, first.org_id, first.person_id, now)
            places -= 1
        db.session.commit()


def _tell_of_place(org_id: int, mentor_id: int, reader_org_id: int, reader_id: int, now: datetime) -> None:
    mentor = db.session.get_one(MentorProfile, (org_id, mentor_id))
    persons, firms = queries.people([mentor.person_id], [reader_org_id])
    path = f"/{firms[reader_org_id].slug}/mentors/{mentor_id}"
    queue_letter(
        "place_free",
        org_id=reader_org_id,
        person_id=reader_id,
        now=now,
        data=place_free(persons[mentor.person_id].name, path),
        path=path,
    )
