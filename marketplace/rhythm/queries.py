"""What the two of a pair read of its rhythm; the first argument is the one who looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.mentorships.home import part
from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair, Party
from marketplace.rhythm.models import (
    CheckIn,
    CheckInAnswer,
    Extension,
    ExtensionState,
    Pause,
    PauseState,
    Pulse,
)
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.database import db

SHOWN = 12
"""Check-ins on one page: a year and a half of them."""


@dataclass(frozen=True, slots=True)
class Round:
    """One check-in with the answers that the reader may read. ``open``: it can still be answered or changed."""

    check_in: CheckIn
    mine: CheckInAnswer | None
    theirs: CheckInAnswer | None
    open: bool


def _of(pair: Pair, model: Any) -> sa.ColumnElement[bool]:
    one = pair.mentorship
    return sa.and_(model.org_id == one.org_id, model.mentorship_id == one.id)


def _is_party(party: Party, pair: Pair) -> bool:
    return party.person_id in (pair.mentorship.mentee_person_id, pair.mentorship.mentor_person_id)


def _rounds(party: Party, pair: Pair, found: Sequence[CheckIn], now: datetime) -> list[Round]:
    answers = db.session.scalars(
        sa.select(CheckInAnswer).where(
            _of(pair, CheckInAnswer),
            CheckInAnswer.check_in_id.in_([one.id for one in found]),
            sa.or_(CheckInAnswer.author_person_id == party.person_id, CheckInAnswer.shared),
        )
    ).all()
    mine = {one.check_in_id: one for one in answers if one.author_person_id == party.person_id}
    theirs = {one.check_in_id: one for one in answers if one.author_person_id != party.person_id}
    return [Round(one, mine.get(one.id), theirs.get(one.id), _is_open(pair, one.closes_at, now)) for one in found]


def _is_open(pair: Pair, closes_at: datetime, now: datetime) -> bool:
    """Time stands still while a pair is paused."""
    one = pair.mentorship
    return one.state is not MentorshipState.ended and closes_at > (one.paused_at or now)


def check_ins(party: Party, pair: Pair, now: datetime) -> list[Round]:
    """The pair's check-ins and reviews, the newest first."""
    if not _is_party(party, pair):
        return []
    query = sa.select(CheckIn).where(_of(pair, CheckIn)).order_by(CheckIn.asked_at.desc(), CheckIn.id.desc())
    return _rounds(party, pair, db.session.scalars(query.limit(SHOWN)).all(), now)


def check_in_or_404(party: Party, pair: Pair, check_in_id: int, now: datetime) -> Round:
    found = db.session.scalar(sa.select(CheckIn).where(_of(pair, CheckIn), CheckIn.id == check_in_id))
    if found is None or not _is_party(party, pair):
        abort(404)
    return _rounds(party, pair, [found], now)[0]


def mentorship_of_check_in(viewer: Acting, check_in_id: int) -> int:
    """The id of the mentorship that a check-in of the viewer's is about; 404 when it is not theirs."""
    query = sa.select(CheckIn.mentorship_id).where(
        CheckIn.id == check_in_id,
        sa.or_(CheckIn.mentee_person_id == viewer.person_id, CheckIn.mentor_person_id == viewer.person_id),
    )
    return db.session.scalar(query) or abort(404)


def mentorship_of_extension(viewer: Acting, extension_id: int) -> int:
    query = sa.select(Extension.mentorship_id).where(
        Extension.id == extension_id,
        sa.or_(Extension.mentee_person_id == viewer.person_id, Extension.mentor_person_id == viewer.person_id),
    )
    return db.session.scalar(query) or abort(404)


def open_extension(party: Party, pair: Pair, now: datetime) -> Extension | None:
    """What one of the two proposed and the other has not answered, while there is time."""
    found = unanswered_extension(party, pair)
    return found if found and _is_open(pair, found.closes_at, now) else None


def unanswered_extension(party: Party, pair: Pair) -> Extension | None:
    """The same, its time over or not."""
    if not _is_party(party, pair):
        return None
    return db.session.scalar(sa.select(Extension).where(_of(pair, Extension), Extension.state == ExtensionState.open))


def present_pause(party: Party, pair: Pair) -> Pause | None:
    """The pause that is planned or under way."""
    if not _is_party(party, pair) or pair.mentorship.state is MentorshipState.ended:
        return None
    states = (PauseState.planned, PauseState.under_way)
    return db.session.scalar(sa.select(Pause).where(_of(pair, Pause), Pause.state.in_(states)))


def pulse(party: Party, pair: Pair) -> Pulse | None:
    return db.session.scalar(sa.select(Pulse).where(_of(pair, Pulse))) if _is_party(party, pair) else None


HOME = sa.text("""
SELECT p.check_in_at,
    (SELECT json_agg(json_build_object('id', c.id, 'occasion', c.occasion, 'closes_at', c.closes_at,
            'answered', EXISTS (SELECT FROM check_in_answer a WHERE a.org_id = c.org_id AND a.check_in_id = c.id
                                AND a.author_person_id = :me)) ORDER BY c.asked_at)
     FROM check_in c WHERE c.org_id = p.org_id AND c.mentorship_id = p.mentorship_id
       AND c.closes_at > coalesce(p.paused_at, :now) AND NOT p.over) AS asked,
    (SELECT json_build_object('how', a.how, 'words', a.said ->> 'help', 'at', a.answered_at)
     FROM check_in_answer a WHERE a.org_id = p.org_id AND a.mentorship_id = p.mentorship_id AND a.how IS NOT NULL
       AND a.shared AND a.author_person_id <> :me ORDER BY a.answered_at DESC LIMIT 1) AS heard,
    (SELECT json_build_object('ends_on', e.ends_on, 'mine', e.proposed_by_id = :me)
     FROM mentorship_extension e WHERE e.org_id = p.org_id AND e.mentorship_id = p.mentorship_id
       AND e.state = 'open' AND e.closes_at > coalesce(p.paused_at, :now)) AS extension,
    (SELECT json_build_object('begins_on', q.begins_on, 'until_on', q.until_on, 'state', q.state,
            'mine', q.asked_by_id = :me, 'reason', q.reason, 'words', q.words)
     FROM mentorship_pause q WHERE q.org_id = p.org_id AND q.mentorship_id = p.mentorship_id
       AND q.state IN ('planned', 'under_way')) AS pause
FROM mentorship_pulse p WHERE p.org_id = :org AND p.mentorship_id = :id AND :me IN (p.mentee_person_id, p.mentor_person_id)
""").columns(check_in_at=sa.DateTime(timezone=True))


@part("rhythm")
def home(viewer: Acting, pair: Pair) -> Any:
    """All that the pair's page shows of its rhythm, in one statement."""
    one = pair.mentorship
    values = {"org": one.org_id, "id": one.id, "me": viewer.person_id, "now": clock.now()}
    return db.session.execute(HOME, values).mappings().first()
