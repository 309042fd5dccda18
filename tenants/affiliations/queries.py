"""The people of an organisation, for those who look after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased, contains_eager, joinedload

from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation, Assistance
from tenants.affiliations.policy import may_see_people
from tenants.current import Acting
from tenants.onboarding.models import Invitation
from tenants.shared import clock
from tenants.shared.database import db

PAGE = 50


def current_on(today: date) -> sa.ColumnElement[bool]:
    """An affiliation stands until the day it ends on, that day excluded."""
    return sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > today)


def people(acting: Acting, *, text: str = "", after: tuple[str, int] | None = None) -> Sequence[Affiliation]:
    """One page of the organisation's current people by name, from the one behind ``after`` (name, affiliation id)."""
    query = (
        sa.select(Affiliation)
        .join(Affiliation.person)
        .options(contains_eager(Affiliation.person))
        .where(Affiliation.org_id == acting.org_id, current_on(clock.today()))
        .order_by(Person.name, Affiliation.id)
        .limit(PAGE + 1)
    )
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(Person.name.ilike(pattern) | Affiliation.work_email.ilike(pattern))
    if after:
        query = query.where(sa.tuple_(Person.name, Affiliation.id) > after)
    return db.session.scalars(query).all()


def count_people(acting: Acting) -> int:
    query = sa.select(sa.func.count()).where(Affiliation.org_id == acting.org_id, current_on(clock.today()))
    return db.session.scalar(query.select_from(Affiliation)) or 0


def invitation_or_404(acting: Acting, invitation_id: int) -> Invitation:
    return db.session.get(Invitation, (acting.org_id, invitation_id)) or abort(404)


def affiliation_or_404(acting: Acting, affiliation_id: int) -> Affiliation:
    """Somebody of the viewer's organisation, today or once; for those who look after its people."""
    tie = None
    if may_see_people(acting):
        tie = db.session.scalar(
            sa.select(Affiliation)
            .options(joinedload(Affiliation.person))
            .where(Affiliation.org_id == acting.org_id, Affiliation.id == affiliation_id)
        )
    return tie or abort(404)


def own_affiliation(acting: Acting) -> Affiliation:
    return db.session.scalars(
        sa.select(Affiliation)
        .options(joinedload(Affiliation.person))
        .where(
            Affiliation.org_id == acting.org_id,
            Affiliation.id == acting.affiliation_id,
            Affiliation.person_id == acting.person_id,
        )
    ).one()


def invitations_of(acting: Acting, tie: Affiliation) -> Sequence[Invitation]:
    """The invitations that went to this person's address at work, the newest first."""
    query = (
        sa.select(Invitation)
        .where(Invitation.org_id == acting.org_id, sa.func.lower(Invitation.email) == tie.work_email.lower())
        .order_by(Invitation.created_at.desc())
        .limit(10)
    )
    return db.session.scalars(query).all()


def colleagues(acting: Acting, *, besides: int) -> Sequence[Affiliation]:
    """Everybody of the organisation but one person, by name: whom a coordinator may name as an assistant."""
    if not may_see_people(acting):
        return []
    query = (
        sa.select(Affiliation)
        .join(Affiliation.person)
        .options(contains_eager(Affiliation.person))
        .where(Affiliation.org_id == acting.org_id, Affiliation.person_id != besides, current_on(clock.today()))
        .order_by(Person.name)
        .limit(500)
    )
    return db.session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Help:
    """An assistance with its two people's names."""

    assistance: Assistance
    assistant: str
    executive: str


def _assistances(acting: Acting) -> sa.Select[*tuple[Any, ...]]:
    assistant, executive = aliased(Person), aliased(Person)
    return (
        sa.select(Assistance, assistant.name, executive.name)
        .join(assistant, assistant.id == Assistance.assistant_person_id)
        .join(executive, executive.id == Assistance.executive_person_id)
        .where(
            Assistance.org_id == acting.org_id,
            sa.or_(Assistance.until.is_(None), Assistance.until > clock.today()),
        )
        .order_by(Assistance.created_at)
    )


def _of(person_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(Assistance.assistant_person_id == person_id, Assistance.executive_person_id == person_id)


def assistances_of(acting: Acting, person_id: int) -> list[Help]:
    """Who assists this person, and whom they assist; for themselves and for coordinators."""
    if person_id != acting.person_id and not may_see_people(acting):
        return []
    return [Help(*row) for row in db.session.execute(_assistances(acting).where(_of(person_id)))]


def assistance_or_404(acting: Acting, assistance_id: int) -> Help:
    """One of the viewer's own, or any of the organisation for its coordinators."""
    query = _assistances(acting).where(Assistance.id == assistance_id)
    if not may_see_people(acting):
        query = query.where(_of(acting.person_id))
    row = db.session.execute(query).first()
    return Help(*row) if row else abort(404)


def organisations_with_leavers(today: date) -> Sequence[int]:
    """For the clock: where somebody's day has come and nothing was done about it yet."""
    return db.session.scalars(sa.select(sa.func.organisations_with_leavers(today))).all()
