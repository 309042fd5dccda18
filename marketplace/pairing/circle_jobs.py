"""What the members of a circle are told: who comes and goes, and when they meet. In the organisation that runs the cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.pairing.models import Circle, CircleMeeting, CircleMember
from marketplace.programmes.models import Cohort, Enrolment
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared import clock, jobs
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job
from tenants.shared.letters import queue_letter


@dataclass(frozen=True, slots=True)
class Reader:
    """A member where they work now; between employers there is no workspace to write to, and they are left out."""

    person_id: int
    name: str
    org_id: int
    slug: str


def _readers(circle: Circle, *people: int) -> list[Reader]:
    """Its members, or these people, who need not sit in it any more."""
    query = (
        sa.select(Person.id, Person.name, Enrolment.firm_id, Organisation.slug)
        .join(CircleMember, CircleMember.person_id == Person.id)
        .join(Enrolment, sa.and_(Enrolment.org_id == CircleMember.org_id, Enrolment.id == CircleMember.enrolment_id))
        .join(Organisation, Organisation.id == Enrolment.firm_id)
        .where(
            CircleMember.org_id == circle.org_id,
            CircleMember.circle_id == circle.id,
            Person.id.in_(people) if people else CircleMember.left_at.is_(None),
        )
        .order_by(Person.id)
    )
    return [Reader(person, name, firm, slug) for person, name, firm, slug in db.session.execute(query) if firm]


def _path(circle: Circle, slug: str) -> str:
    return f"/{slug}/cohorts/{circle.cohort_id}/circles/{circle.id}"


def _write(kind: str, circle: Circle, reader: Reader, now: datetime, **data: Any) -> None:
    path = _path(circle, reader.slug)
    said = {"circle": circle.name, "url": path} | data
    queue_letter(kind, org_id=reader.org_id, person_id=reader.person_id, now=now, data=said, path=path)


def _missing(circle: Circle, members: Sequence[Reader]) -> int:
    cohort = db.session.get_one(Cohort, (circle.org_id, circle.cohort_id))
    return max(cohort.modalities.circle.least - len(members), 0)


@tenant_job("tell_circle", on="circle.changed")
def tell_circle(*, org_id: int, circle_id: int, person_id: int, by_id: int, what: str) -> None:
    """``what``: ``joined`` or ``left``. The other members are told, and the person where somebody else did it. In a circle that
    was ``composed`` everybody is told of their own seat.

    A circle that has become too small is told to whoever runs the programme.
    """
    circle, now = db.session.get(Circle, (org_id, circle_id)), clock.now()
    if circle is None:
        return
    them = next(iter(_readers(circle, person_id)), None)
    members = _readers(circle)
    if them is None or (person_id in {one.person_id for one in members}) == (what == "left"):
        # They have come or gone again meanwhile: that has letters of its own.
        return
    missing = _missing(circle, members)
    for reader in members:
        if what != "composed" and reader.person_id not in (person_id, by_id):
            _write("circle_changed", circle, reader, now, name=them.name, what=what, missing=missing)
    if by_id != person_id:
        _write("circle_seat", circle, them, now, what=what)
    if what == "left" and missing:
        slug = db.session.get_one(Organisation, org_id).slug
        for runner_id in db.session.scalars(sa.select(sa.func.programme_coordinators(org_id))):
            if runner_id != by_id:
                _write("circle_small", circle, Reader(runner_id, "", org_id, slug), now, missing=missing)
    db.session.commit()


@tenant_job("tell_circle_meeting", on="circle.meeting")
def tell_circle_meeting(*, org_id: int, meeting_id: int, by_id: int, what: str) -> None:
    """``what``: ``set``, ``cancelled`` or ``restored``; each with a file for calendars. Whoever did it knows."""
    meeting, now = db.session.get(CircleMeeting, (org_id, meeting_id)), clock.now()
    if meeting is None or meeting.starts_at <= now or (meeting.cancelled_at is not None) != (what == "cancelled"):
        return
    circle = db.session.get_one(Circle, (org_id, meeting.circle_id))
    for reader in _readers(circle):
        if reader.person_id == by_id:
            continue
        calendar = {
            "method": "CANCEL" if meeting.cancelled_at else "REQUEST",
            "uid": calendar_uid(meeting),
            "sequence": calendar_sequence(now),
            "summary": circle.name,
            "start": meeting.starts_at.isoformat(),
            "end": (meeting.starts_at + timedelta(minutes=meeting.minutes)).isoformat(),
            "zone": "UTC",
            "location": meeting.place,
            "url": _path(circle, reader.slug),
            "attendees": [{"name": reader.name, "reads": True, "accepted": False}],
        }
        facts = {"starts_at": meeting.starts_at.isoformat(), "minutes": meeting.minutes, "where": meeting.place}
        _write("circle_meeting", circle, reader, now, what=what, calendar=calendar, **facts)
    db.session.commit()


def calendar_uid(meeting: CircleMeeting) -> str:
    return f"circle-meeting-{meeting.id}@passerelle"


def calendar_sequence(now: datetime) -> int:
    """Later files of one meeting are newer to a calendar, however often it was called off and brought back."""
    return int(now.timestamp()) // 60


@tenant_job("free_seats", on="enrolment.ended")
def free_seats(*, org_id: int, enrolment_id: int) -> None:
    """Whoever leaves the cohort leaves their circle; the others are told."""
    freed = db.session.execute(
        sa.update(CircleMember)
        .where(CircleMember.org_id == org_id, CircleMember.enrolment_id == enrolment_id, CircleMember.left_at.is_(None))
        .values(left_at=clock.now())
        .returning(CircleMember.circle_id, CircleMember.person_id),
        execution_options={"synchronize_session": False},
    ).all()
    for circle_id, person_id in freed:
        jobs.announce(
            "circle.changed", org_id=org_id, circle_id=circle_id, person_id=person_id, by_id=person_id, what="left"
        )
    db.session.commit()
