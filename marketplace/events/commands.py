"""Plan an event, publish, change and cancel it; answer; note who came; hand something out."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.events import letters
from marketplace.events.models import (
    Answer,
    Event,
    EventCode,
    EventGuest,
    EventKind,
    EventState,
    Seen,
)
from marketplace.events.words import NOT_ANSWERED
from marketplace.programmes.queries import CohortSeen
from marketplace.training.completion import settle_training
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.links import spend_link

REMIND_BEFORE = timedelta(hours=24)

CODE_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
"""None that could be taken for another."""

CODE_LENGTH = 5
CODE_OPEN = timedelta(minutes=30)
CODE_BEFORE, CODE_AFTER = timedelta(minutes=30), timedelta(days=1)
"""A code is shown from half an hour before an event to a day after it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the form of an event says."""

    kind: EventKind
    title_en: str
    title_fr: str
    words_en: str
    words_fr: str
    starts_at: datetime
    minutes: int
    zone: str
    place: str
    video_url: str
    capacity: int | None
    sides: list[str]
    host_id: int


FOLLOWED = ("starts_at", "minutes", "zone", "place", "video_url", "title_en", "title_fr")
"""What calendars must follow, so that a change of it is told to everybody who is asked."""


class TooFew(Refused):
    """Fewer places than people who have one."""

    status = 422


def add_event(*, acting: Acting, seen: CohortSeen, plan: Plan, now: datetime) -> Event:
    """A draft, which only those who run the cohort see."""
    event_id = new_id()
    event = Event(
        org_id=seen.cohort.org_id,
        id=event_id,
        cohort_id=seen.cohort.id,
        uid=f"event-{event_id}@passerelle",
        state=EventState.draft,
        sequence=0,
        created_at=now,
        version=1,
        **asdict(plan),
    )
    db.session.add(event)
    db.session.commit()
    del acting
    return event


def change_event(*, acting: Acting, event: Event, plan: Plan, now: datetime) -> bool:
    """Whether those who are asked get a letter: when, where and what it is called goes into their calendars.

    Raises ``TooFew`` when more people have a place than would remain, ``Refused`` when it is cancelled or over.
    """
    _hold(event)
    if event.state is EventState.cancelled:
        raise Refused(_("This event is cancelled. Plan a new one."))
    published = event.state is EventState.published
    if published and plan.starts_at <= now and plan.starts_at != event.starts_at:
        raise Refused(_("A published event cannot move into the past. Choose a later time."))
    if plan.capacity is not None and plan.capacity < (taken := _taken(event)):
        raise TooFew(_("Places taken already: %(num)d. Keep at least as many.", num=taken))
    told = published and any(getattr(event, name) != getattr(plan, name) for name in FOLLOWED)
    if event.starts_at != plan.starts_at:
        event.reminded_at = now if plan.starts_at <= now + REMIND_BEFORE else None
    for name, value in asdict(plan).items():
        setattr(event, name, value)
    event.version += 1
    if told:
        event.sequence += 1
    db.session.flush()
    if published:
        # More places: those who wait move up. More sides: those on them are asked.
        _settle(event, now)
        letters.announce_event(event, "invited")
        if told:
            letters.announce_event(event, "changed")
            _log("event.changed", acting, event, now)
    db.session.commit()
    return told


def publish_event(*, acting: Acting, event: Event, now: datetime) -> None:
    """Everybody on its sides is asked by letter, with a file for their calendar."""
    _hold(event)
    if event.state is EventState.published:
        return
    if event.state is EventState.cancelled:
        raise Refused(_("This event is cancelled. Plan a new one."))
    if event.starts_at <= now:
        raise Refused(_("This event begins in the past. Give it a day to come, then publish it."))
    event.state, event.published_at = EventState.published, now
    event.reminded_at = now if event.starts_at <= now + REMIND_BEFORE else None
    event.version += 1
    db.session.flush()
    letters.announce_event(event, "invited")
    _log("event.published", acting, event, now)
    db.session.commit()


def cancel_event(*, acting: Acting, event: Event, now: datetime) -> None:
    """It does not take place: everybody who was asked gets a letter, and calendars drop it. A draft just goes."""
    _hold(event)
    if event.state is EventState.cancelled:
        return
    was_published = event.state is EventState.published
    if was_published and event.ends_at <= now:
        raise Refused(_("This event is over. It stays, with those who came."))
    event.state = EventState.cancelled
    event.sequence += 1
    event.version += 1
    db.session.flush()
    if was_published:
        letters.announce_event(event, "cancelled")
        _log("event.cancelled", acting, event, now)
    db.session.commit()


def answer_event(*, acting: Acting, event: Event, answer: Answer, now: datetime, link: bytes | None = None) -> str:
    """What became of the viewer's answer: ``yes``, ``waiting``, ``maybe`` or ``no``. ``link``: the hash of the letter's link.

    Two who take the last place at once take turns: one of them waits. Raises ``Refused`` when there is nothing to answer.
    """
    del acting
    spend_link(link, now)
    told = sa.func.answer_event(event.org_id, event.id, answer.value, now).table_valued(
        sa.column("stands", sa.Text), sa.column("moved", sa.Integer)
    )
    stands, moved = db.session.execute(sa.select(told)).one()
    if stands in NOT_ANSWERED:
        db.session.rollback()
        raise Refused(str(NOT_ANSWERED[stands]))
    if moved:
        letters.announce_moved(event)
    db.session.commit()
    return str(stands)


# --- who came -----------------------------------------------------------------------------------------------------------


def tick_attendance(
    *, acting: Acting, event: Event, listed: Collection[int], came: Collection[int], now: datetime
) -> None:
    """The host's list: of the guests that it showed, those who came did, and the others did not."""
    del acting
    _require_begun(event, now)
    guests = db.session.scalars(
        sa.select(EventGuest).where(
            EventGuest.org_id == event.org_id,
            EventGuest.event_id == event.id,
            EventGuest.id.in_(listed),
            EventGuest.withdrawn_at.is_(None),
        )
    ).all()
    changed = [guest for guest in guests if (guest.attended_at is not None) != (guest.id in came)]
    for guest in changed:
        there = guest.id in came
        guest.attended_at, guest.attended_by = (now, Seen.host) if there else (None, None)
    for guest in changed:
        settle_training(
            org_id=event.org_id,
            cohort_id=event.cohort_id,
            person_id=guest.person_id,
            now=now,
            back=guest.attended_at is None,
        )
    db.session.commit()


def show_code(*, acting: Acting, event: Event, now: datetime) -> None:
    """A new code for half an hour; the one before it counts no more."""
    del acting
    _require_begun(event, now)
    values = {
        "code": "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH)),
        "opened_at": now,
        "closes_at": now + CODE_OPEN,
    }
    db.session.execute(
        insert(EventCode)
        .values(org_id=event.org_id, event_id=event.id, **values)
        .on_conflict_do_update(index_elements=["org_id", "event_id"], set_=values)
    )
    db.session.commit()


def hide_code(*, acting: Acting, event: Event, now: datetime) -> None:
    del acting
    db.session.execute(
        sa.update(EventCode)
        .where(EventCode.org_id == event.org_id, EventCode.event_id == event.id, EventCode.closes_at > now)
        .values(closes_at=now)
    )
    db.session.commit()


def attend_by_code(*, acting: Acting, event: Event, code: str, now: datetime) -> str:
    """``attended``, or a key of ``words.NOT_ATTENDED``. A wrong guess is counted, whatever follows."""
    said = str(db.session.scalar(sa.select(sa.func.attend_by_code(event.org_id, event.id, code, now))))
    if said == "attended":
        settle_training(org_id=event.org_id, cohort_id=event.cohort_id, person_id=acting.person_id, now=now)
    db.session.commit()
    return said


def _require_begun(event: Event, now: datetime) -> None:
    if event.state is not EventState.published:
        raise Refused(_("Attendance is noted at events that are published."))
    if now < event.starts_at - CODE_BEFORE:
        raise Refused(_("Attendance is noted from half an hour before the event on."))


# --- pieces -----------------------------------------------------------------------------------------------------------------


def _hold(event: Event) -> None:
    """The row, held until the commit and read again."""
    db.session.refresh(event, with_for_update=True)


def _taken(event: Event) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(EventGuest)
            .where(
                EventGuest.org_id == event.org_id,
                EventGuest.event_id == event.id,
                EventGuest.seat,
                EventGuest.withdrawn_at.is_(None),
            )
        )
        or 0
    )


def _settle(event: Event, now: datetime) -> None:
    if db.session.scalar(sa.select(sa.func.settle_event(event.org_id, event.id, now))):
        letters.announce_moved(event)


def _log(verb: str, acting: Acting, event: Event, now: datetime) -> None:
    record(
        verb,
        org_ids=[event.org_id],
        now=now,
        subject=("event", event.id),
        actor=(acting.person_id, acting.person_name),
        data={"title": event.title("en")},
    )
