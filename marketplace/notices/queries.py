"""What a person is told in the app, and what became of letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from flask import abort

from marketplace.notices.policy import may_look_after_letters
from tenants.accounts.door import door
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.choices import Subscription
from tenants.shared.database import db
from tenants.shared.kinds import KINDS
from tenants.shared.letters import notice_sentence
from tenants.shared.models import Letter, LetterChoice, LetterState, Notice

PAGE = 30
FAILED = 200


class FailedLetter(NamedTuple):
    """A letter that did not arrive: never what it says."""

    id: int
    kind: str
    name: str | None
    address: str | None
    error: str
    attempts: int
    created_at: datetime


def notices(viewer: Acting, *, before: int | None = None) -> Sequence[Notice]:
    """The viewer's notices in this workspace, newest first, one page and one more to know whether there are others."""
    query = (
        sa.select(Notice)
        .where(Notice.org_id == viewer.org_id, Notice.person_id == viewer.person_id)
        .order_by(Notice.id.desc())
        .limit(PAGE + 1)
    )
    return db.session.scalars(query.where(Notice.id < before) if before else query).all()


def sentence(viewer: Acting, notice: Notice) -> str:
    """What ``notice`` tells, in the viewer's language."""
    return notice_sentence(notice.kind, notice.data, viewer.org_name, viewer.zone)


def notice_or_404(viewer: Acting, notice_id: int) -> Notice:
    """One of the viewer's own notices."""
    notice = db.session.scalar(
        sa.select(Notice).where(
            Notice.org_id == viewer.org_id, Notice.person_id == viewer.person_id, Notice.id == notice_id
        )
    )
    return notice or abort(404)


def _looked_after(viewer: Acting) -> sa.ColumnElement[bool]:
    """Letters of the viewer's workspace, but for those about somebody's account: these are nobody else's matter."""
    return sa.and_(Letter.org_id == viewer.org_id, ~Letter.about_account)


def failed_letters(viewer: Acting) -> list[FailedLetter]:
    """The latest letters of the viewer's workspace that did not arrive; none for those not in charge of them."""
    if not may_look_after_letters(viewer):
        return []
    query = (
        sa.select(Letter.id, Letter.kind, Person.name, Letter.address, Letter.error, Letter.attempts, Letter.created_at)
        .outerjoin(Person, Person.id == Letter.person_id)
        .where(_looked_after(viewer), Letter.state == LetterState.failed)
        .order_by(Letter.id.desc())
        .limit(FAILED)
    )
    return [FailedLetter(*row) for row in db.session.execute(query)]


def failed_letter_count(viewer: Acting) -> int:
    """How many letters of the viewer's workspace did not arrive."""
    if not may_look_after_letters(viewer):
        return 0
    query = sa.select(sa.func.count()).where(_looked_after(viewer), Letter.state == LetterState.failed)
    return db.session.scalar(query) or 0


def letter_or_404(viewer: Acting, letter_id: int) -> int:
    """The id of a letter that the viewer looks after."""
    if not may_look_after_letters(viewer):
        abort(404)
    found = db.session.scalar(sa.select(Letter.id).where(_looked_after(viewer), Letter.id == letter_id))
    return found or abort(404)


def letter_choices(viewer: Acting) -> dict[str, bool]:
    """Every kind of letter that the viewer may switch off here, and whether they want it."""
    query = sa.select(LetterChoice.kind, LetterChoice.wanted).where(
        LetterChoice.org_id == viewer.org_id, LetterChoice.person_id == viewer.person_id
    )
    chosen = {row.kind: row.wanted for row in db.session.execute(query)}
    return {name: chosen.get(name, True) for name, kind in KINDS.items() if not kind.essential}


def organisation_name_or_404(subscription: Subscription) -> str:
    """Who sends the letters that a link under one of them speaks of. Read through the door: nobody is signed in."""
    name = door.scalar(sa.select(Organisation.name).where(Organisation.id == subscription.org_id))
    return name or abort(404)
