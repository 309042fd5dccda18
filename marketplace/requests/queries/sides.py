"""A request with its two people, as one of them (or the employer) looks at it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.mentors.models import Photo
from marketplace.requests import policy
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.database import db

MenteePerson, MentorPerson = aliased(Person), aliased(Person)
MenteeFirm, MentorFirm = aliased(Organisation), aliased(Organisation)
MenteePhoto, MentorPhoto = aliased(Photo), aliased(Photo)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two people, as the other one knows them."""

    id: int
    name: str
    firm: str
    org_id: int
    slug: str
    time_zone: str
    fingerprint: str | None = None

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request with its two people, as one of them (or the employer) looks at it."""

    asked: MentoringRequest
    mentee: Side
    mentor: Side
    viewer_is_mentee: bool

    @property
    def other(self) -> Side:
        return self.mentor if self.viewer_is_mentee else self.mentee

    @property
    def yours(self) -> bool:
        """The viewer is the one who has to act."""
        if self.viewer_is_mentee:
            return self.asked.state in {RequestState.more_information, RequestState.accepted}
        return self.asked.state is RequestState.sent


def _photo_of(photo: Any, org_id: Any, person_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(photo.org_id == org_id, photo.person_id == person_id)


# Put together once: joining ten columns of six tables costs more than asking them.
WITH_PEOPLE: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        MentoringRequest,
        *(MenteePerson.name, MenteePerson.time_zone, MenteeFirm.name, MenteeFirm.slug, MenteePhoto.fingerprint),
        *(MentorPerson.name, MentorPerson.time_zone, MentorFirm.name, MentorFirm.slug, MentorPhoto.fingerprint),
    )
    .join(MenteePerson, MenteePerson.id == MentoringRequest.mentee_person_id)
    .join(MentorPerson, MentorPerson.id == MentoringRequest.mentor_person_id)
    .join(MenteeFirm, MenteeFirm.id == MentoringRequest.org_id)
    .join(MentorFirm, MentorFirm.id == MentoringRequest.mentor_org_id)
    .outerjoin(MenteePhoto, _photo_of(MenteePhoto, MentoringRequest.org_id, MenteePerson.id))
    .outerjoin(MentorPhoto, _photo_of(MentorPhoto, MentoringRequest.mentor_org_id, MentorPerson.id))
)


def with_sides(viewer: Acting, row: Any) -> Seen:
    """A row of ``visible_requests`` as the viewer sees it."""
    asked, *names = row
    mentee_name, mentee_zone, mentee_firm, mentee_slug, mentee_photo = names[:5]
    mentor_name, mentor_zone, mentor_firm, mentor_slug, mentor_photo = names[5:]
    return Seen(
        asked,
        Side(asked.mentee_person_id, mentee_name, mentee_firm, asked.org_id, mentee_slug, mentee_zone, mentee_photo),
        Side(
            asked.mentor_person_id,
            mentor_name,
            mentor_firm,
            asked.mentor_org_id,
            mentor_slug,
            mentor_zone,
            mentor_photo,
        ),
        policy.is_mentee(viewer, asked),
    )


def people(person_ids: Iterable[int], org_ids: Iterable[int]) -> tuple[dict[int, Person], dict[int, Organisation]]:
    """Names for the worker's letters."""
    persons = db.session.scalars(sa.select(Person).where(Person.id.in_(set(person_ids))))
    firms = db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(set(org_ids))))
    return {person.id: person for person in persons}, {firm.id: firm for firm in firms}
