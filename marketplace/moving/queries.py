"""What somebody who changes employer leaves open, and what they may bring along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.mentors.models import MenteeProfile, MentorProfile, Photo
from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.requests.models import OPEN_STATES, MentoringRequest
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.database import db

SAYS_SOMETHING = sa.or_(MentorProfile.headline != "", MentorProfile.story != "")


@dataclass(frozen=True, slots=True)
class Luggage:
    """What a person wrote of themselves for an earlier organisation and has not here."""

    mentor: MentorProfile | None
    mentee: MenteeProfile | None
    photo: Photo | None

    @property
    def empty(self) -> bool:
        return self.mentor is None and self.mentee is None


def luggage(viewer: Acting) -> Luggage:
    """The viewer's own latest pages elsewhere, where there is none in this workspace yet."""
    mentor_here = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(MentorProfile)
        .where(MentorProfile.org_id == viewer.org_id, MentorProfile.person_id == viewer.person_id, SAYS_SOMETHING)
    )
    mentee_here = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(MenteeProfile)
        .where(
            MenteeProfile.org_id == viewer.org_id,
            MenteeProfile.affiliation_id == viewer.affiliation_id,
            MenteeProfile.person_id == viewer.person_id,
        )
    )
    mentor = (
        sa.select(MentorProfile)
        .where(MentorProfile.person_id == viewer.person_id, MentorProfile.org_id != viewer.org_id, SAYS_SOMETHING)
        .order_by(MentorProfile.updated_at.desc())
        .limit(1)
    )
    mentee = (
        sa.select(MenteeProfile)
        .where(
            MenteeProfile.person_id == viewer.person_id,
            MenteeProfile.affiliation_id != viewer.affiliation_id,
        )
        .order_by(MenteeProfile.updated_at.desc())
        .limit(1)
    )
    photo = (
        sa.select(Photo)
        .where(Photo.person_id == viewer.person_id, Photo.org_id != viewer.org_id)
        .order_by(Photo.updated_at.desc())
        .limit(1)
    )
    found = None if mentor_here else db.session.scalar(mentor)
    return Luggage(
        found,
        None if mentee_here else db.session.scalar(mentee),
        db.session.scalar(photo) if found else None,
    )


def running_as_mentor(viewer: Acting) -> int:
    """How many mentees the viewer accompanies now; each keeps a place on the page they bring."""
    query = sa.select(sa.func.count()).where(
        Mentorship.mentor_person_id == viewer.person_id,
        # Those between employers come here with the viewer.
        sa.or_(Mentorship.mentor_employer_id == viewer.org_id, Mentorship.mentor_employer_id.is_(None)),
        Mentorship.state != MentorshipState.ended,
    )
    return db.session.scalar(query.select_from(Mentorship)) or 0


# --- for the worker -------------------------------------------------------------------------------------------------


def open_requests_of_leaver(affiliation_id: int) -> list[tuple[int, int]]:
    """(organisation that keeps it, id) of what somebody who left this organisation asked, or was asked."""
    rows = sa.func.open_requests_of_leaver(affiliation_id).table_valued(
        sa.column("org_id", sa.Integer), sa.column("request_id", sa.BigInteger)
    )
    return [(row.org_id, row.request_id) for row in db.session.execute(sa.select(rows.c.org_id, rows.c.request_id))]


def open_request_for_closing(org_id: int, request_id: int) -> MentoringRequest | None:
    """The request, held until the commit; None when it is closed already."""
    return db.session.scalar(
        sa.select(MentoringRequest)
        .where(
            MentoringRequest.org_id == org_id,
            MentoringRequest.id == request_id,
            MentoringRequest.state.in_(OPEN_STATES),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def names(asked: MentoringRequest) -> tuple[dict[int, Person], dict[int, Organisation]]:
    person_ids: Sequence[int] = (asked.mentee_person_id, asked.mentor_person_id)
    org_ids: Sequence[int] = (asked.org_id, asked.mentor_org_id)
    persons = db.session.scalars(sa.select(Person).where(Person.id.in_(person_ids)))
    firms = db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(org_ids)))
    return {person.id: person for person in persons}, {firm.id: firm for firm in firms}
