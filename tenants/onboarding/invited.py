"""Invitations into the viewer's organisation, and what became of each."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tenants.current import Acting
from tenants.onboarding.models import Invitation, InvitationState
from tenants.shared.database import db
from tenants.shared.models import Letter, LetterState

PAGE = 50


class Standing(enum.StrEnum):
    """Where an invitation stands for whoever sent it: its state, its letter's and its date's in one word."""

    bounced = "bounced"
    expired = "expired"
    open = "open"
    waiting = "waiting"
    accepted = "accepted"
    withdrawn = "withdrawn"


AGAIN = (Standing.bounced, Standing.expired)
"""What may be sent again, all at once."""


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation; ``error`` is the mail server's answer when its letter came back."""

    invitation: Invitation
    standing: Standing
    error: str


def _standing(now: datetime) -> sa.ColumnElement[str]:
    return sa.case(
        (Invitation.state != InvitationState.open, sa.cast(Invitation.state, sa.Text)),
        (Invitation.sent_at.is_(None), Standing.waiting.value),
        (Letter.state == LetterState.failed, Standing.bounced.value),
        (Invitation.expires_at <= now, Standing.expired.value),
        else_=Standing.open.value,
    )


def _ours(acting: Acting, *columns: Any) -> sa.Select:
    letter = sa.and_(Letter.org_id == Invitation.org_id, Letter.id == Invitation.letter_id)
    return sa.select(*columns).outerjoin_from(Invitation, Letter, letter).where(Invitation.org_id == acting.org_id)


def standing_in(acting: Acting, standing: Standing, now: datetime) -> sa.Select:
    """A SELECT of the ids of the organisation's invitations that stand so."""
    return _ours(acting, Invitation.id).where(_standing(now) == standing.value)


def counts(acting: Acting, now: datetime) -> dict[str, int]:
    """How many of the organisation's invitations stand where."""
    word = _standing(now).label("word")
    return dict(db.session.execute(_ours(acting, word, sa.func.count()).group_by(word)).all())


def invitations(
    acting: Acting, standing: Standing | None, *, now: datetime, after: int | None = None
) -> Sequence[Invited]:
    """One page and one more, the newest first, from the one behind ``after``. All that are still open for None."""
    word = _standing(now)
    query = _ours(acting, Invitation, word, sa.func.coalesce(Letter.error, "")).order_by(Invitation.id.desc())
    query = query.where(Invitation.state == InvitationState.open if standing is None else word == standing.value)
    if after is not None:
        query = query.where(Invitation.id < after)
    return [Invited(one, Standing(word), error) for one, word, error in db.session.execute(query.limit(PAGE + 1))]
