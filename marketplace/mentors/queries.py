"""What a mentor reads about their own page, and who may see a photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.mentors.models import Audience, Card, MentorProfile, Photo
from marketplace.requests.models import MentoringRequest
from tenants.accounts.models import Person
from tenants.affiliations.models import PersonalBlock
from tenants.current import Acting
from tenants.organisations.models import FirmMembership, MembershipState, Organisation, OrganisationKind
from tenants.shared.database import db

_directory = sa.table("directory", *(sa.column(c.name, c.type) for c in Card.__table__.c if c.name != "search"))


@dataclass(frozen=True, slots=True)
class Network:
    """A network that the mentor's firm belongs to, and how many other firms do."""

    id: int
    name: str
    firms: int


def own_profile(viewer: Acting) -> MentorProfile | None:
    """The viewer's mentor page in this workspace, published or not."""
    return db.session.scalars(
        sa.select(MentorProfile).where(
            MentorProfile.org_id == viewer.org_id, MentorProfile.person_id == viewer.person_id
        )
    ).one_or_none()


def own_person(viewer: Acting) -> Person:
    return db.session.scalars(sa.select(Person).where(Person.id == viewer.person_id)).one()


def own_photo(viewer: Acting) -> str | None:
    """The fingerprint of the viewer's photo in this workspace."""
    return db.session.scalar(
        sa.select(Photo.fingerprint).where(Photo.org_id == viewer.org_id, Photo.person_id == viewer.person_id)
    )


def own_card(viewer: Acting) -> Card | None:
    """What others may find of the viewer in this workspace."""
    return db.session.scalars(
        sa.select(Card).where(Card.org_id == viewer.org_id, Card.person_id == viewer.person_id)
    ).one_or_none()


def networks_of(viewer: Acting) -> list[Network]:
    """The networks whose people the viewer may choose to be seen by. Conflicts of interest do not change the
    counts: they would tell who declared one.
    """
    if viewer.in_network:
        return [Network(viewer.org_id, viewer.org_name, _firms_in(viewer, viewer.org_id))]
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name)
        .join(FirmMembership, FirmMembership.network_id == Organisation.id)
        .where(FirmMembership.firm_id == viewer.org_id, FirmMembership.state == MembershipState.active)
        .order_by(Organisation.name)
    )
    return [Network(row.id, row.name, _firms_in(viewer, row.id)) for row in rows]


def _members(network_ids: Sequence[int], viewer: Acting) -> sa.Select[int]:
    return sa.select(FirmMembership.firm_id).where(
        FirmMembership.network_id.in_(network_ids),
        FirmMembership.network_id.in_(viewer.audiences),
        FirmMembership.state == MembershipState.active,
        FirmMembership.firm_id != viewer.org_id,
    )


def _firms_in(viewer: Acting, network_id: int) -> int:
    members = _members([network_id], viewer).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(members)) or 0


def _marketplace(viewer: Acting) -> sa.Select[int]:
    return sa.select(Organisation.id).where(
        Organisation.in_marketplace,
        Organisation.kind == OrganisationKind.company,
        Organisation.id != viewer.org_id,
    )


def firms_in_marketplace(viewer: Acting) -> int | None:
    """How many other firms are in the marketplace; None when the viewer's own is not."""
    if 0 not in viewer.audiences:
        return None
    return db.session.scalar(sa.select(sa.func.count()).select_from(_marketplace(viewer).subquery())) or 0


def firms_reached(viewer: Acting, profile: MentorProfile) -> list[tuple[int, str]]:
    """(id, name) of the firms that the audience names, the viewer's own last. Conflicts of interest change
    nothing here.
    """
    match profile.audience:
        case Audience.networks:
            ids = _members(profile.network_ids, viewer)
        case Audience.marketplace if 0 in viewer.audiences:
            ids = _marketplace(viewer)
        case _:
            return [(viewer.org_id, viewer.org_name)]
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)).order_by(Organisation.name)
    )
    return [(row.id, row.name) for row in rows]


@dataclass(frozen=True, slots=True)
class BlockedPerson:
    person_id: int
    name: str
    since: datetime


def blocked_people(viewer: Acting) -> list[BlockedPerson]:
    """Whom the viewer does not wish to meet, the latest first. Only the viewer ever reads this."""
    del viewer  # the function in the database answers for the person and workspace of the context
    rows = db.session.execute(sa.text("SELECT person_id, name, since FROM blocked_people()"))
    return [BlockedPerson(*row) for row in rows]


def has_blocked(viewer: Acting, person_id: int) -> bool:
    """The viewer blocked this person here (the other way round is told to nobody)."""
    own = (PersonalBlock.org_id == viewer.org_id, PersonalBlock.person_id == viewer.person_id)
    block = sa.select(PersonalBlock.created_at).where(*own, PersonalBlock.blocked_person_id == person_id)
    return db.session.scalar(block) is not None


def knows(viewer: Acting, person_id: int) -> bool:
    """The viewer can see this person in the directory, or stands in a request with them."""
    return person_id != viewer.person_id and bool(
        db.session.scalar(sa.select(sa.or_(_listed(viewer, person_id), _in_a_request(viewer, person_id))))
    )


def _listed(viewer: Acting, person_id: Any, org_id: Any = None) -> sa.ColumnElement[bool]:
    c = _directory.c
    seen = sa.select(sa.literal(1)).where(
        c.person_id == person_id,
        c.aud.overlap(list(viewer.audiences)),
        c.org_id.not_in(viewer.hidden),
        c.person_id.not_in(viewer.blocked),
        sa.or_(c.org_id != viewer.org_id, sa.literal(viewer.org_id) == sa.any_(c.aud)),
    )
    return (seen.where(c.org_id == org_id) if org_id is not None else seen).exists()


def _in_a_request(viewer: Acting, person_id: Any) -> sa.ColumnElement[bool]:
    asked = sa.and_(
        MentoringRequest.mentee_person_id == viewer.person_id, MentoringRequest.mentor_person_id == person_id
    )
    was_asked = sa.and_(
        MentoringRequest.mentor_person_id == viewer.person_id,
        MentoringRequest.mentee_person_id == person_id,
        MentoringRequest.sent_at.is_not(None),
    )
    return sa.select(sa.literal(1)).where(sa.or_(asked, was_asked)).exists()


def photo_or_404(viewer: Acting, person_id: int, fingerprint: str, *, small: bool) -> bytes:
    """The picture, for its owner, for those who see that person's page, and for those in a request with them."""
    content = db.session.scalar(
        sa.select(Photo.small if small else Photo.content).where(
            Photo.person_id == person_id,
            Photo.fingerprint == fingerprint,
            sa.or_(
                Photo.person_id == viewer.person_id,
                _listed(viewer, Photo.person_id, Photo.org_id),
                _in_a_request(viewer, Photo.person_id),
            ),
        )
    )
    if content is None:
        abort(404)
    return bytes(content)
