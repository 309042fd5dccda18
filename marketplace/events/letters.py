"""Letters about events: written by a job of the organisation that runs the cohort, each with a link that answers.

What changes a date comes with a calendar file (REQUEST, CANCEL); its reader is the only one who stands in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.events import queries
from marketplace.events.models import Answer, Event, EventGuest, EventState
from marketplace.events.queries import Recipient
from marketplace.mentorships.by_link import link_id
from marketplace.programmes.models import Enrolment
from tenants.shared import clock, jobs
from tenants.shared.database import db, new_id
from tenants.shared.jobs import tenant_job
from tenants.shared.letters import queue_letter
from tenants.shared.links import make_link

ANSWER = "event_answer"

KINDS = {"changed": "event_changed", "cancelled": "event_cancelled"}


def event_path(slug: str, event: Event) -> str:
    return f"/{slug}/cohorts/{event.cohort_id}/events/{event.id}"


def announce_event(event: Event, what: str) -> None:
    """Have everybody who is asked told (``invited``, ``changed``, ``cancelled``) once the present transaction stands."""
    jobs.enqueue(tell_event, org_id=event.org_id, event_id=event.id, sequence=event.sequence, what=what)


def announce_moved(event: Event) -> None:
    jobs.enqueue(tell_moved, org_id=event.org_id, event_id=event.id)


@tenant_job("tell_event")
def tell_event(*, org_id: int, event_id: int, sequence: int, what: str) -> None:
    """The letters about one step. An event that has changed again needs none: that change has letters of its own."""
    event, now = db.session.get(Event, (org_id, event_id)), clock.now()
    # Whoever is on its list for the first time is asked all the same, as it stands now.
    if event is None or (event.sequence != sequence and what != "invited"):
        return
    if what == "invited":
        invite(event, queries.recipients(event, sides=event.sides), now)
    else:
        # Of a cohort that does not take place nobody takes part any more.
        for reader in queries.recipients(event, people=_not_told(event), left=what == "cancelled"):
            _write(KINDS[what], event, reader, f"{what} {sequence}", now, {"what": what})
    db.session.commit()


def _not_told(event: Event) -> list[int]:
    """Who is asked and has heard nothing of this step yet. They count as told from here on, for a job that runs again."""
    told = db.session.scalars(
        sa.update(EventGuest)
        .where(
            EventGuest.org_id == event.org_id,
            EventGuest.event_id == event.id,
            EventGuest.withdrawn_at.is_(None),
            EventGuest.told_sequence < event.sequence,
        )
        .values(told_sequence=event.sequence)
        .returning(EventGuest.person_id),
        execution_options={"synchronize_session": False},
    )
    return list(told)


def invite(event: Event, readers: list[Recipient], now: datetime) -> None:
    """Ask those who are not asked yet; the caller commits. Somebody who came back is asked again."""
    if event.state is not EventState.published or event.starts_at <= now:
        return
    for reader in readers:
        fresh = {
            "invited_at": now,
            "withdrawn_at": None,
            "answer": None,
            "answered_at": None,
            "seat": False,
            "waiting_at": None,
            "told_sequence": event.sequence,
        }
        asked = db.session.scalar(
            insert(EventGuest)
            .values(org_id=event.org_id, id=new_id(), event_id=event.id, person_id=reader.person.id, tries=0, **fresh)
            .on_conflict_do_update(
                index_elements=["org_id", "event_id", "person_id"],
                set_=fresh,
                where=EventGuest.withdrawn_at.is_not(None),
            )
            .returning(EventGuest.id)
        )
        if asked:
            _write("event_invited", event, reader, f"invited {now.isoformat()}", now, {"what": "invited"})


@tenant_job("tell_moved")
def tell_moved(*, org_id: int, event_id: int) -> None:
    """A place became free: whoever it went to is told, once."""
    event, now = db.session.get(Event, (org_id, event_id)), clock.now()
    if event is None or event.state is not EventState.published:
        return
    moved = db.session.scalars(
        sa.update(EventGuest)
        .where(
            EventGuest.org_id == org_id,
            EventGuest.event_id == event_id,
            EventGuest.seat,
            EventGuest.moved_at.is_not(None),
            EventGuest.told_at.is_(None),
            EventGuest.withdrawn_at.is_(None),
        )
        .values(told_at=now)
        .returning(EventGuest.person_id),
        execution_options={"synchronize_session": False},
    ).all()
    for reader in queries.recipients(event, people=moved):
        _write("event_place", event, reader, f"moved {now.isoformat()}", now, {"what": "place"})
    db.session.commit()


def remind(event: Event, now: datetime) -> None:
    """A day before: those who come, those who may, and those who have not said; the caller commits."""
    guests = {
        guest.person_id: guest
        for guest in queries.guest_rows(event)
        if guest.waiting_at is None and guest.answer is not Answer.no
    }
    for reader in queries.recipients(event, people=list(guests)):
        answer = guests[reader.person.id].answer
        data = {"coming": answer.value if answer else ""}
        _write("event_reminder", event, reader, f"reminder {event.sequence} {event.starts_at.isoformat()}", now, data)


def uninvite(event: Event, person_id: int, now: datetime) -> bool:
    """They have left the cohort: their place is free, and their calendar drops the event. Whether they were asked at all."""
    guest = db.session.scalar(
        sa.select(EventGuest)
        .where(
            EventGuest.org_id == event.org_id,
            EventGuest.event_id == event.id,
            EventGuest.person_id == person_id,
            EventGuest.withdrawn_at.is_(None),
        )
        .with_for_update()
    )
    if guest is None:
        return False
    guest.withdrawn_at, guest.seat, guest.waiting_at = now, False, None
    db.session.flush()
    for reader in queries.recipients(event, people=[person_id], left=True)[:1]:
        _write("event_cancelled", event, reader, f"left {now.isoformat()}", now, {"what": "left"}, withdrawn=True)
    return True


def of_enrolment(org_id: int, enrolment_id: int) -> Enrolment | None:
    return db.session.get(Enrolment, (org_id, enrolment_id))


# --- what each letter says ------------------------------------------------------------------------------------------------


def _write(
    kind: str,
    event: Event,
    reader: Recipient,
    occasion: str,
    now: datetime,
    data: dict[str, Any],
    *,
    withdrawn: bool = False,
) -> None:
    """One letter with its link, once for each ``occasion``. Between employers nobody is in a workspace to write to."""
    if reader.org_id is None:
        return
    path = event_path(reader.slug, event)
    over = withdrawn or event.state is EventState.cancelled
    url = f"/{reader.slug}/" if withdrawn else path
    if not over:
        token = make_link(
            link_id(ANSWER, event.id, reader.person.id, occasion),
            org_id=reader.org_id,
            person_id=reader.person.id,
            purpose=ANSWER,
            subject=(event.org_id, event.id),
            expires_at=event.starts_at,
        )
        if token is None:
            return
        url = f"/links/{token}"
    data = facts(event, reader) | data | {"url": url}
    if kind != "event_reminder":
        data["calendar"] = calendar_facts(event, reader, path, over=over)
    queue_letter(
        kind, org_id=reader.org_id, person_id=reader.person.id, now=now, data=data, path=None if withdrawn else path
    )


def facts(event: Event, reader: Recipient) -> dict[str, Any]:
    data: dict[str, Any] = {
        "event_title": event.title(reader.person.locale or "en"),
        "starts_at": event.starts_at.isoformat(),
        "minutes": event.minutes,
        "where": event.where,
    }
    if differs(event, reader.person.time_zone):
        data["event_zone"] = event.zone
    return data


def differs(event: Event, zone: str) -> bool:
    """Whether clocks in ``zone`` show another hour than those of the event."""
    return (
        event.starts_at.astimezone(ZoneInfo(zone)).utcoffset()
        != event.starts_at.astimezone(ZoneInfo(event.zone)).utcoffset()
    )


def calendar_facts(event: Event, reader: Recipient, url: str, *, over: bool) -> dict[str, Any]:
    """What the letter's calendar file is made of."""
    return {
        "method": "CANCEL" if over else "REQUEST",
        "uid": event.uid,
        # Somebody who leaves is told so in a file that is newer than the one they have.
        "sequence": event.sequence + (1 if over and event.state is not EventState.cancelled else 0),
        "summary": event.title(reader.person.locale or "en"),
        "start": event.starts_at.isoformat(),
        "end": event.ends_at.isoformat(),
        "zone": event.zone,
        "location": event.where,
        "url": url,
        "attendees": [{"name": reader.person.name, "reads": True, "accepted": False}],
    }
