"""What a person is told in the app, and what became of letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import abort

from marketplace.notices.policy import may_look_after_letters
from marketplace.notices.words import OURS, reason
from tenants.accounts.door import door
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared import choices
from tenants.shared.choices import Subscription
from tenants.shared.database import db
from tenants.shared.hours import Hours
from tenants.shared.kinds import KINDS
from tenants.shared.letters import notice_sentence
from tenants.shared.models import Delivery, Letter, LetterState, Notice

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

    @property
    def reason(self) -> Any:
        return reason(self.error)

    @property
    def answered(self) -> bool:
        """Whether a mail server said it, not we."""
        return self.error not in OURS


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notices somebody wants to see: all, those not read yet, those of one kind."""

    unread: bool = False
    kind: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Wanted:
        kind = args.get("kind", "")
        return cls("unread" in args, kind if kind in KINDS else "")

    def args(self) -> dict[str, str]:
        """As part of an address."""
        return ({"unread": "1"} if self.unread else {}) | ({"kind": self.kind} if self.kind else {})


def notices(viewer: Acting, wanted: Wanted | None = None, *, before: int | None = None) -> Sequence[Notice]:
    """The viewer's notices in this workspace, newest first, one page and one more to know whether there are others."""
    query = (
        sa.select(Notice)
        .where(Notice.org_id == viewer.org_id, Notice.person_id == viewer.person_id)
        .order_by(Notice.id.desc())
        .limit(PAGE + 1)
    )
    if wanted and wanted.unread:
        query = query.where(Notice.read_at.is_(None))
    if wanted and wanted.kind:
        query = query.where(Notice.kind == wanted.kind)
    return db.session.scalars(query.where(Notice.id < before) if before else query).all()


def kinds_told(viewer: Acting) -> list[str]:
    """The kinds of which the viewer has notices here, as they are listed to choose from."""
    query = (
        sa.select(Notice.kind).where(Notice.org_id == viewer.org_id, Notice.person_id == viewer.person_id).distinct()
    )
    told = set(db.session.scalars(query))
    return [kind for kind in KINDS if kind in told]


def by_day(viewer: Acting, found: Sequence[Notice]) -> list[tuple[date, list[Notice]]]:
    """Notices under the days they were written on, by the viewer's clock."""
    return [
        (day, list(there)) for day, there in groupby(found, lambda one: one.created_at.astimezone(viewer.zone).date())
    ]


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


def letter_choices(viewer: Acting) -> dict[str, Delivery]:
    """How each kind of letter of which the viewer has a say comes to them here."""
    return choices.chosen(viewer.org_id, viewer.person_id)


def letter_hours(viewer: Acting) -> Hours:
    """When letters of this workspace come to the viewer."""
    return choices.hours_of(viewer.org_id, viewer.person_id, viewer.zone)


def organisation_name_or_404(subscription: Subscription) -> str:
    """Who sends the letters that a link under one of them speaks of. Read through the door: nobody is signed in."""
    name = door.scalar(sa.select(Organisation.name).where(Organisation.id == subscription.org_id))
    return name or abort(404)
