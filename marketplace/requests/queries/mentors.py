"""The mentor who is asked."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort

from marketplace.directory.forms import GREATEST_ID
from marketplace.directory.queries import Mentor, visible_mentors
from marketplace.requests.models import MentoringRequest
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class AskedMentor:
    """The public face of a mentor whom the viewer may ask."""

    org_id: int
    mentor_id: int
    person_id: int
    room: int
    name: str
    firm: str
    title: str
    headline: str
    forms: tuple[str, ...]
    cadence: str | None
    fingerprint: str | None

    @property
    def id(self) -> int:
        return self.person_id

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


def asked_mentor(mentor: Mentor) -> AskedMentor:
    return AskedMentor(
        *(mentor.org_id, mentor.mentor_id, mentor.person_id, mentor.room, mentor.name, mentor.firm),
        *(mentor.title, mentor.headline, tuple(mentor.forms), mentor.cadence, mentor.photo),
    )


def askable_mentor_or_404(viewer: Acting, mentor_id: int) -> AskedMentor:
    """A mentor whom the viewer sees in the directory, full or not, and who is not the viewer."""
    seen = visible_mentors(viewer, [mentor_id]) if mentor_id <= GREATEST_ID else []
    if not seen:
        abort(404)
    return asked_mentor(seen[0])


def card_of_mentor(viewer: Acting, asked: MentoringRequest) -> Mentor | None:
    """The card of a request's mentor, if the viewer still sees it in the directory."""
    return next(iter(visible_mentors(viewer, [asked.mentor_id])), None)


def networks_without_places(viewer: Acting, mentor: AskedMentor) -> list[str]:
    """The names of the networks through which the viewer sees the mentor, when none has a place for one more mentee of
    the viewer's firm; empty when the request may go. Until the commit, colleagues who ask through them wait.
    """
    del viewer  # the function in the database answers for the person of the context
    full = db.session.scalars(sa.select(sa.func.full_for_mentee(mentor.org_id, mentor.person_id))).all()
    if not full:
        return []
    query = sa.select(Organisation.name).where(Organisation.id.in_(full)).order_by(Organisation.name)
    return list(db.session.scalars(query))
