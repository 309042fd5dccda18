"""An introduction from a seeker's question to a candidate's mandate. The database decides who may do what in which state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _

from marketplace.dossiers.models import BoardMandate
from marketplace.visibility import jobs
from marketplace.visibility.introduction_queries import OUTCOMES, Meeting
from marketplace.visibility.models import IntroductionState
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.jobs import enqueue

ASK = sa.text("SELECT * FROM ask_introduction(:network, :card, :seat, :message, :specification, :now)")
MOVE = sa.text("SELECT * FROM move_introduction(:network, :id, :to, :word, :now)")
CONFIRM = sa.text("SELECT confirm_introduction(:network, :id, :state, :now)")
HELP = sa.text("SELECT ask_for_help(:network, :id, :now)")
TAKE_UP = sa.text("SELECT take_up_introduction(:network, :id)")


def ask_introduction(
    *,
    acting: Acting,
    network_id: int,
    card_id: int,
    seat: str,
    message: str,
    specification_id: int | None = None,
    now: datetime,
) -> int:
    """The introduction's id; one that is open for the same person and seat is not asked twice. ``specification_id`` is one of the
    viewer's organisation. 404 where the card is not shown to the viewer; raises Refused where the candidate has said no.
    """
    values = {"network": network_id, "card": card_id, "seat": seat, "message": message}
    asked = db.session.execute(ASK, values | {"specification": specification_id, "now": now}).first()
    if asked is None:
        abort(404)
    if asked.outcome == "declined":
        raise Refused(_("The candidate has said no for this seat. It is not asked again."))
    if asked.outcome == "asked":
        enqueue(jobs.tell_candidate, org_id=network_id, introduction_id=asked.id)
        _record("introduction.asked", acting, asked.id, now)
    db.session.commit()
    return int(asked.id)


def answer(*, meeting: Meeting, yes: bool, word: str, now: datetime) -> None:
    """The candidate's yes or no. A yes tells whoever asked who the candidate is. Raises Refused once it was settled otherwise."""
    if _moved(meeting, IntroductionState.accepted if yes else IntroductionState.declined, now, word):
        enqueue(jobs.tell_seeker, org_id=meeting.network_id, introduction_id=meeting.id)
    db.session.commit()


def withdraw(*, acting: Acting, meeting: Meeting, now: datetime) -> None:
    """The question by whoever asked it, before it is answered; or the candidate's yes, and their name with it."""
    if _moved(meeting, IntroductionState.withdrawn, now):
        tell = jobs.tell_seeker if meeting.relation == "candidate" else jobs.tell_candidate
        enqueue(tell, org_id=meeting.network_id, introduction_id=meeting.id)
        if meeting.relation == "seeker":
            _record("introduction.withdrawn", acting, meeting.id, now)
    db.session.commit()


def settle(*, acting: Acting, meeting: Meeting, outcome: IntroductionState, now: datetime) -> None:
    """What came of it, as whoever asked says; the candidate is asked whether it is so."""
    if outcome not in OUTCOMES:
        raise ValueError(f"not an outcome: {outcome}")
    if _moved(meeting, outcome, now):
        enqueue(jobs.tell_candidate, org_id=meeting.network_id, introduction_id=meeting.id)
        _record("introduction.settled", acting, meeting.id, now)
    db.session.commit()


def confirm(*, acting: Acting, meeting: Meeting, mandate: Mapping[str, Any] | None, now: datetime) -> None:
    """The candidate says that the outcome is so. An appointment becomes a mandate of theirs (``mandate``: its columns), once."""
    values = {"network": meeting.network_id, "id": meeting.id, "state": meeting.state.value, "now": now}
    if (meeting.state is IntroductionState.appointed) is not (mandate is not None):
        raise ValueError("an appointment is confirmed with its mandate, and nothing else is")
    if db.session.scalar(CONFIRM, values) and mandate is not None:
        made = BoardMandate(
            org_id=meeting.network_id,
            id=new_id(),
            person_id=acting.person_id,
            introduction_id=meeting.id,
            created_at=now,
            updated_at=now,
            **mandate,
        )
        db.session.add(made)
    db.session.commit()


def contradict(*, meeting: Meeting, now: datetime) -> None:
    """The candidate says that it is not so: the introduction stands as before anything came of it."""
    if meeting.state not in OUTCOMES:
        raise Refused(_("This introduction has moved on meanwhile."))
    if _moved(meeting, IntroductionState.accepted, now):
        enqueue(jobs.tell_seeker, org_id=meeting.network_id, introduction_id=meeting.id, news="contradicted")
    db.session.commit()


def ask_for_help(*, meeting: Meeting, now: datetime) -> None:
    """From now on the network knows of this introduction, and of nothing else of the candidate's. Once more is no error."""
    if db.session.scalar(HELP, {"network": meeting.network_id, "id": meeting.id, "now": now}):
        enqueue(jobs.tell_network, org_id=meeting.network_id, introduction_id=meeting.id)
    db.session.commit()


def take_up(*, acting: Acting, meeting: Meeting, now: datetime) -> None:
    """Somebody of the network helps; the first to say so."""
    if db.session.scalar(TAKE_UP, {"network": meeting.network_id, "id": meeting.id}):
        _record("introduction.facilitated", acting, meeting.id, now)
    db.session.commit()


def _moved(meeting: Meeting, to: IntroductionState, now: datetime, word: str = "") -> bool:
    """Whether that was news: a second press of a button is not."""
    values = {"network": meeting.network_id, "id": meeting.id, "to": to.value, "word": word, "now": now}
    moved = db.session.execute(MOVE, values).first()
    if moved is None:
        abort(404)
    if moved.state != to:
        raise Refused(_("This introduction has moved on meanwhile."))
    return bool(moved.changed)


def _record(verb: str, acting: Acting, introduction_id: int, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("introduction", introduction_id),
        actor=(acting.person_id, acting.person_name),
    )
