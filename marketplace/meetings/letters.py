"""Letters about meetings, each with a link that acts and, where a time changes, the calendar file.

Only the worker makes links, so every letter here is written by a job of the organisation that keeps the pair. A letter says
with whom, when and where; what the two mean to talk about stays on their page. Assistants read with whom and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marketplace.charters.jobs import link_to_write
from marketplace.meetings import queries
from marketplace.meetings.models import Meeting, MeetingState
from marketplace.mentorships.models import Mentorship
from marketplace.mentorships.queries import people
from marketplace.requests.letters import TALK_ANSWER
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared import clock, jobs
from tenants.shared.database import db, new_id
from tenants.shared.jobs import tenant_job
from tenants.shared.letters import queue_letter
from tenants.shared.links import make_link

MEETING = "meeting"
OUTCOME = "meeting_outcome"
ARRANGE = "arrange_meeting"
ARRANGE_TALK = "arrange_talk"

ANSWER_WITHIN = timedelta(days=14)
ARRANGE_WITHIN = timedelta(days=60)

KINDS = {
    "planned": "meeting_planned",
    "moved": "meeting_moved",
    "placed": "meeting_moved",
    "cancelled": "meeting_cancelled",
}


def home_path(slug: str, meeting: Meeting) -> str:
    """Where the two find it: a notice there forgets a name when its owner is erased, as every notice about a pair does."""
    if meeting.mentorship_id:
        return f"/{slug}/mentorships/{meeting.mentorship_id}"
    return f"/{slug}/requests/{meeting.request_id}"


def announce(meeting: Meeting, what: str) -> None:
    """Have both told, and those who assist them, once the present transaction stands."""
    jobs.enqueue(
        tell,
        org_id=meeting.org_id,
        meeting_id=meeting.id,
        sequence=meeting.sequence,
        what=what,
        by=meeting.set_by_person_id,
        link_ids=[new_id(), new_id()],
    )


@tenant_job("tell_of_meeting")
def tell(*, org_id: int, meeting_id: int, sequence: int, what: str, by: int, link_ids: list[int]) -> None:
    """The letters about one change. A meeting that has changed again needs none: that change has letters of its own."""
    meeting = db.session.get(Meeting, (org_id, meeting_id))
    if meeting is None or meeting.sequence != sequence:
        return
    tell_both(meeting, what, now=clock.now(), by=by, link_ids=link_ids)
    db.session.commit()


# --- the two, where they work now -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reader:
    """One of the two. ``org_id`` and ``slug``: where they work now; between employers the partner's workspace, and no slug."""

    person: Person
    other: Person
    org_id: int
    slug: str

    @property
    def other_zone(self) -> str:
        return self.other.time_zone


def readers(mentee_id: int, mentor_id: int, employers: dict[int, int | None], keeper: int) -> list[Reader]:
    """Both, the mentee first. ``employers``: where each works now, by person."""
    home = next((org_id for org_id in employers.values() if org_id), keeper)
    persons, firms = people([mentee_id, mentor_id], [org_id for org_id in employers.values() if org_id])

    def reader(person_id: int, other_id: int) -> Reader:
        employer = employers[person_id]
        firm: Organisation | None = firms[employer] if employer else None
        return Reader(persons[person_id], persons[other_id], employer or home, firm.slug if firm else "")

    return [reader(mentee_id, mentor_id), reader(mentor_id, mentee_id)]


def readers_of(meeting: Meeting) -> list[Reader]:
    """The two of a meeting, the mentee first."""
    mentee, mentor = meeting.mentee_person_id, meeting.mentor_person_id
    if meeting.mentorship_id:
        one = db.session.get_one(Mentorship, (meeting.org_id, meeting.mentorship_id))
        employers = {mentee: one.mentee_employer_id, mentor: one.mentor_employer_id}
    else:
        asked = db.session.get_one(MentoringRequest, (meeting.org_id, meeting.request_id))
        employers = {mentee: asked.org_id, mentor: asked.mentor_org_id}
    return readers(mentee, mentor, employers, meeting.org_id)


def link_for(
    reader: Reader, purpose: str, subject: tuple[int, int], expires_at: datetime, link_id: int | None = None
) -> str | None:
    """The address of a link for this reader; None when ``link_id`` was made already. Between employers there is none."""
    if not reader.slug:
        return "/workspaces"
    token = make_link(
        link_id or new_id(),
        org_id=reader.org_id,
        person_id=reader.person.id,
        purpose=purpose,
        subject=subject,
        expires_at=expires_at,
    )
    return f"/links/{token}" if token else None


# --- what each letter says ------------------------------------------------------------------------------------------


def facts(meeting: Meeting, reader: Reader) -> dict[str, Any]:
    """With whom, when by both clocks, where."""
    data: dict[str, Any] = {
        "other_name": reader.other.name,
        "starts_at": meeting.starts_at.isoformat(),
        "minutes": meeting.minutes,
        "where": meeting.where,
        "talk": meeting.is_talk,
    }
    if _offset(meeting, reader.person.time_zone) != _offset(meeting, reader.other.time_zone):
        data["other_zone"] = reader.other.time_zone
    return data


def _offset(meeting: Meeting, zone: str) -> timedelta | None:
    return meeting.starts_at.astimezone(ZoneInfo(zone)).utcoffset()


def calendar_facts(
    meeting: Meeting, names: dict[int, str], reader: int, url: str, *, where: bool = True
) -> dict[str, Any]:
    """What the letter's calendar file is made of; ``reader`` stands in it with the address the letter goes to."""
    cancelled = meeting.state is MeetingState.cancelled
    people_in = [meeting.mentee_person_id, meeting.mentor_person_id]
    return {
        "method": "CANCEL" if cancelled else "REQUEST",
        "uid": meeting.uid,
        "sequence": meeting.sequence,
        "summary": " – ".join(names[person_id] for person_id in people_in),
        "start": meeting.starts_at.isoformat(),
        "end": meeting.ends_at.isoformat(),
        "zone": meeting.zone,
        "location": meeting.where if where else "",
        "url": url,
        "attendees": [
            {
                "name": names[person_id],
                "reads": person_id == reader,
                "accepted": person_id in (reader if reader not in people_in else 0, meeting.set_by_person_id),
            }
            for person_id in dict.fromkeys([*people_in, reader])
        ],
    }


# --- writing them -----------------------------------------------------------------------------------------------------


def tell_both(meeting: Meeting, what: str, *, now: datetime, by: int | None, link_ids: list[int] | None = None) -> None:
    """``what`` (``planned``, ``moved``, ``placed``, ``cancelled``) happened to it, done by ``by``; the caller commits."""
    both = readers_of(meeting)
    names = {reader.person.id: reader.person.name for reader in both}
    for reader, link_id in zip(both, link_ids or [new_id(), new_id()], strict=True):
        path = home_path(reader.slug, meeting) if reader.slug else None
        url = path if by is None else _acting_link(meeting, reader, now, link_id)
        if url is None and by is not None:
            return
        data = facts(meeting, reader) | {
            "by_reader": by == reader.person.id,
            "by_nobody": by is None,
            "what": what,
            "url": url or "/workspaces",
            "calendar": calendar_facts(meeting, names, reader.person.id, path or "/workspaces"),
        }
        queue_letter(KINDS[what], org_id=reader.org_id, person_id=reader.person.id, now=now, data=data, path=path)
    _tell_assistants(meeting, what, names, now)


def _acting_link(meeting: Meeting, reader: Reader, now: datetime, link_id: int) -> str | None:
    """What its reader may do next: move it or call it off; and plan another one where it was called off."""
    if meeting.state is MeetingState.cancelled:
        purpose, about = (
            (ARRANGE, meeting.mentorship_id) if meeting.mentorship_id else (ARRANGE_TALK, meeting.request_id)
        )
        return link_for(reader, purpose, (meeting.org_id, about or 0), now + ARRANGE_WITHIN, link_id)
    return link_for(reader, MEETING, (meeting.org_id, meeting.id), meeting.ends_at, link_id)


def _tell_assistants(meeting: Meeting, what: str, names: dict[int, str], now: datetime) -> None:
    """With whom and when, and nothing else: neither the place nor what it is about. A new place alone is not theirs to know."""
    helpers = [] if what == "placed" else queries.assistants(meeting)
    if not helpers:
        return
    persons, firms = people([one.assistant_id for one in helpers], [one.org_id for one in helpers])
    for one in helpers:
        other = next(name for person_id, name in names.items() if person_id != one.executive_id)
        path = f"/{firms[one.org_id].slug}/assisting/"
        known = names | {one.assistant_id: persons[one.assistant_id].name}
        data = {
            "executive_name": names[one.executive_id],
            "other_name": other,
            "starts_at": meeting.starts_at.isoformat(),
            "minutes": meeting.minutes,
            "what": what,
            "url": path,
            "calendar": calendar_facts(meeting, known, one.assistant_id, path, where=False),
        }
        queue_letter("meeting_assisted", org_id=one.org_id, person_id=one.assistant_id, now=now, data=data, path=path)


def remind_both(meeting: Meeting, *, now: datetime) -> None:
    """A day before; the link moves it or calls it off."""
    _write_both(meeting, "meeting_reminder", MEETING, meeting.ends_at, now)


def ask_both(meeting: Meeting, *, now: datetime) -> None:
    """Did it take place? Asked once of both; after a chemistry meeting: do you go on?

    While nothing else is planned, a second link arranges the next meeting.
    """
    if meeting.request_id:
        asked = db.session.get_one(MentoringRequest, (meeting.org_id, meeting.request_id))
        if asked.state is RequestState.accepted and asked.due_at:
            _tell_request(asked, "chemistry_asked", TALK_ANSWER, asked.due_at, now)
        return
    pair = meeting.mentorship_id
    _write_both(
        meeting,
        "meeting_asked",
        OUTCOME,
        now + ANSWER_WITHIN,
        now,
        arranges=None if pair is None or queries.ahead_of(meeting.org_id, pair, now) else pair,
    )


def _write_both(
    meeting: Meeting, kind: str, purpose: str, expires_at: datetime, now: datetime, *, arranges: int | None = None
) -> None:
    """``arranges``: the mentorship for which a second link finds the next time."""
    for reader in readers_of(meeting):
        url = link_for(reader, purpose, (meeting.org_id, meeting.id), expires_at)
        path = home_path(reader.slug, meeting) if reader.slug else None
        data = facts(meeting, reader) | {"url": url}
        if arranges and reader.slug:
            data["next_url"] = link_for(reader, ARRANGE, (meeting.org_id, arranges), now + ARRANGE_WITHIN)
        queue_letter(kind, org_id=reader.org_id, person_id=reader.person.id, now=now, data=data, path=path)


@tenant_job("tell_talk_wanted", on="talk.wanted")
def tell_talk_wanted(*, org_id: int, request_id: int) -> None:
    """One of the two would like to talk first: each gets a link that finds a time."""
    now = clock.now()
    asked = db.session.get(MentoringRequest, (org_id, request_id))
    if asked is None or asked.state is not RequestState.accepted:
        return
    _tell_request(asked, "chemistry_wanted", ARRANGE_TALK, now + ARRANGE_WITHIN, now, (request_id, request_id + 1))
    db.session.commit()


def _tell_request(
    asked: MentoringRequest,
    kind: str,
    purpose: str,
    expires_at: datetime,
    now: datetime,
    link_ids: tuple[int | None, int | None] = (None, None),
) -> None:
    """The same letter to both of a request. Numbers of links that follow from the request's make a second job write nothing."""
    employers: dict[int, int | None] = {
        asked.mentee_person_id: asked.org_id,
        asked.mentor_person_id: asked.mentor_org_id,
    }
    both = readers(asked.mentee_person_id, asked.mentor_person_id, employers, asked.org_id)
    for reader, link_id in zip(both, link_ids, strict=True):
        url = link_for(reader, purpose, (asked.org_id, asked.id), expires_at, link_id)
        if url is None:
            return
        path = f"/{reader.slug}/requests/{asked.id}"
        data: dict[str, Any] = {
            "other_name": reader.other.name,
            "mentor": reader.person.id == asked.mentor_person_id,
            "due_at": asked.due_at.isoformat() if asked.due_at else now.isoformat(),
            "url": url,
        }
        queue_letter(kind, org_id=reader.org_id, person_id=reader.person.id, now=now, data=data, path=path)


@tenant_job("tell_confirmed", on="mentorship.confirmed")
def tell_confirmed(*, org_id: int, mentorship_id: int) -> None:
    """Both have said yes: each gets a letter whose link arranges the first meeting. The mentee's has a second link, which
    draws the agreement up.
    """
    now = clock.now()
    one = db.session.get(Mentorship, (org_id, mentorship_id))
    if one is None:
        return
    employers = {one.mentee_person_id: one.mentee_employer_id, one.mentor_person_id: one.mentor_employer_id}
    both = readers(one.mentee_person_id, one.mentor_person_id, employers, org_id)
    firms = people([], [reader.org_id for reader in both])[1]
    for reader, opposite, link_id in zip(both, reversed(both), (mentorship_id, mentorship_id + 1), strict=True):
        # The numbers follow from the mentorship's: a job that runs twice finds its links made, and writes nothing more.
        url = link_for(reader, ARRANGE, (org_id, mentorship_id), now + ARRANGE_WITHIN, link_id)
        if url is None:
            return
        path = f"/{reader.slug}/mentorships/{one.id}" if reader.slug else None
        data = {
            "other_name": reader.other.name,
            "other_firm": firms[opposite.org_id].name,
            "mentor": reader.person.id == one.mentor_person_id,
            "form": one.form,
            "url": url,
        }
        charter = link_to_write(one, now) if reader.person.id == one.mentee_person_id else None
        if charter:
            data["charter_url"] = charter
        queue_letter(
            "mentorship_confirmed", org_id=reader.org_id, person_id=reader.person.id, now=now, data=data, path=path
        )
    db.session.commit()
