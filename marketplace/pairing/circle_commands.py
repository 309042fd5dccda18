"""Circles are composed, joined and left; their members say when they meet and write together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from marketplace.pairing import circle_queries as queries
from marketplace.pairing.circle_queries import CircleSeen
from marketplace.pairing.models import Circle, CircleMeeting, CircleNote
from marketplace.pairing.policy import may_run_circles
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused

SEATS = {
    "gone": lambda: _("This seat is no longer to be had. Look at the circles again."),
    "closed": lambda: _("Matching is not open in this cohort now, so nobody joins a circle."),
    "already": lambda: _("They are in a circle of this cohort already. One leaves it before joining another."),
    "full": lambda: _("This circle is full. Choose another one, or ask whoever runs the programme for a new one."),
    "apart": lambda: _("This circle is not possible here. Choose another one."),
    "least": lambda: _(
        "The circle would be too small. Give somebody else a seat in it first, then take this person out."
    ),
}
"""What a refused seat says, by the gate's answer. A conflict and a block read the same."""


class NoteChanged(Refused):
    """Another member saved the notes after the author had opened them; nothing of either is lost."""


def _require_runner(seen: CohortSeen) -> None:
    if not may_run_circles(seen):
        raise Forbidden(_("Circles are composed by whoever runs the programme. You can join one that is open."))


def _require_member(seen: CircleSeen) -> None:
    if not seen.is_member:
        raise Forbidden(_("Only members of a circle do this."))


def compose_circle(
    *,
    acting: Acting,
    seen: CohortSeen,
    name: str,
    purpose: str,
    enrolments: Iterable[int],
    is_open: bool,
    now: datetime,
) -> Circle:
    """A circle, with these peers in it or with nobody yet. Raises ``Refused`` when one of them cannot sit there."""
    _require_runner(seen)
    circle = Circle(
        org_id=seen.cohort.org_id,
        id=new_id(),
        cohort_id=seen.cohort.id,
        name=name,
        purpose=purpose,
        is_open=is_open,
        created_by_id=acting.person_id,
        created_at=now,
    )
    db.session.add(circle)
    db.session.flush()
    for enrolment_id in enrolments:
        _seat(circle, enrolment_id, now)
        _tell(acting, circle, queries.seated(circle, enrolment_id), "composed")
    db.session.commit()
    return circle


def take_seat(*, acting: Acting, circle: CircleSeen, enrolment_id: int, now: datetime) -> None:
    """A peer joins an open circle, or whoever runs the programme seats somebody. The others are told. Raises ``Refused``."""
    _seat(circle.circle, enrolment_id, now)
    _tell(acting, circle.circle, queries.seated(circle.circle, enrolment_id), "joined")
    db.session.commit()


def _seat(circle: Circle, enrolment_id: int, now: datetime) -> None:
    _require(sa.func.take_seat(circle.org_id, _big(circle.id), _big(enrolment_id), now))


def leave_seat(*, acting: Acting, circle: CircleSeen, person_id: int, now: datetime) -> None:
    """A member leaves whenever they wish; whoever runs the programme takes nobody out below the least size."""
    _require(sa.func.leave_seat(circle.circle.org_id, _big(circle.circle.id), _big(person_id), now))
    _tell(acting, circle.circle, person_id, "left")
    db.session.commit()


def move_seat(
    *, acting: Acting, seen: CohortSeen, circle: CircleSeen, to: CircleSeen, person_id: int, now: datetime
) -> None:
    """Whoever runs the programme moves a member to another circle, in one step; both circles are told. Raises ``Refused``."""
    _require_runner(seen)
    key = (_big(circle.circle.id), _big(to.circle.id), _big(person_id))
    _require(sa.func.move_seat(circle.circle.org_id, *key, now))
    _tell(acting, to.circle, person_id, "joined")
    # They are told of the seat they have, and not of the one they had.
    _tell(acting, circle.circle, person_id, "left", by_id=person_id)
    db.session.commit()


def _require(answer: sa.ColumnElement[str]) -> None:
    said = str(db.session.scalar(sa.select(answer)))
    if said != "ok":
        db.session.rollback()
        raise Refused(SEATS[said]())


def _tell(acting: Acting, circle: Circle, person_id: int, what: str, by_id: int | None = None) -> None:
    whom = {"circle_id": circle.id, "person_id": person_id, "by_id": by_id or acting.person_id}
    jobs.announce("circle.changed", org_id=circle.org_id, what=what, **whom)


def _big(number: int) -> sa.ColumnElement[int]:
    return sa.cast(number, sa.BigInteger)


def change_purpose(*, circle: CircleSeen, purpose: str) -> None:
    _require_member(circle)
    circle.circle.purpose = purpose
    db.session.commit()


def set_meeting(*, acting: Acting, circle: CircleSeen, starts_at: datetime, minutes: int, place: str) -> CircleMeeting:
    _require_member(circle)
    meeting = CircleMeeting(
        org_id=circle.circle.org_id,
        id=new_id(),
        circle_id=circle.circle.id,
        starts_at=starts_at,
        minutes=minutes,
        place=place,
        set_by_id=acting.person_id,
    )
    db.session.add(meeting)
    db.session.flush()
    _tell_of_meeting(acting, meeting, "set")
    db.session.commit()
    return meeting


def cancel_meeting(*, acting: Acting, circle: CircleSeen, meeting: CircleMeeting, now: datetime | None) -> None:
    """``now`` None brings it back. The others are told, if anything changes by it."""
    _require_member(circle)
    if (meeting.cancelled_at is None) == (now is not None):
        meeting.cancelled_at = now
        _tell_of_meeting(acting, meeting, "cancelled" if now else "restored")
    db.session.commit()


def _tell_of_meeting(acting: Acting, meeting: CircleMeeting, what: str) -> None:
    jobs.announce("circle.meeting", org_id=meeting.org_id, meeting_id=meeting.id, by_id=acting.person_id, what=what)


def save_note(
    *, acting: Acting, circle: CircleSeen, note: CircleNote | None, body: str, version: int, now: datetime
) -> None:
    """Keep the circle's notes as written on top of ``version``. Raises ``NoteChanged`` when they were saved meanwhile."""
    _require_member(circle)
    if (note.version if note else 0) != version:
        raise NoteChanged(_("Somebody else has saved these notes. Yours are below, beside theirs."))
    if note is None:
        note = CircleNote(org_id=circle.circle.org_id, circle_id=circle.circle.id)
        db.session.add(note)
    note.body, note.saved_by_id, note.saved_at = body, acting.person_id, now
    try:
        db.session.commit()
    except (StaleDataError, sa.exc.IntegrityError):
        db.session.rollback()
        raise NoteChanged(_("Somebody else has saved these notes. Yours are below, beside theirs.")) from None
