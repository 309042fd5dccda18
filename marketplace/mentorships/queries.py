"""What a viewer may read of mentorships: their own, in this workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.requests.models import MentoringRequest
from marketplace.requests.queries import Seen, visible_requests, with_sides
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentorship with its two people, as one of them looks at it."""

    mentorship: Mentorship
    seen: Seen


def _visible_mentorships(viewer: Acting) -> sa.Select[*tuple[Any, ...]]:
    return (
        visible_requests(viewer)
        .join(
            Mentorship,
            sa.and_(Mentorship.org_id == MentoringRequest.org_id, Mentorship.request_id == MentoringRequest.id),
        )
        .add_columns(Mentorship)
        .where(
            sa.or_(
                sa.and_(Mentorship.mentee_person_id == viewer.person_id, Mentorship.org_id == viewer.org_id),
                sa.and_(
                    Mentorship.mentor_person_id == viewer.person_id,
                    Mentorship.mentor_org_id == viewer.org_id,
                ),
            )
        )
    )


def _pair(viewer: Acting, row: Any) -> Pair:
    return Pair(row[-1], with_sides(viewer, row[:-1]))


def mentorship_or_404(viewer: Acting, mentorship_id: int) -> Pair:
    row = db.session.execute(_visible_mentorships(viewer).where(Mentorship.id == mentorship_id)).first()
    if row is None:
        abort(404)
    return _pair(viewer, row)


def own_mentorships(viewer: Acting) -> list[Pair]:
    """The viewer's mentorships, as mentee and as mentor; those that run first, then the newest."""
    query = _visible_mentorships(viewer).order_by(
        Mentorship.state == MentorshipState.ended, Mentorship.started_at.desc()
    )
    return [_pair(viewer, row) for row in db.session.execute(query.limit(100))]


def mentorship_of(viewer: Acting, asked: MentoringRequest) -> int | None:
    """The id of the mentorship that this request became."""
    query = sa.select(Mentorship.id).where(
        Mentorship.org_id == asked.org_id,
        Mentorship.request_id == asked.id,
        sa.or_(Mentorship.mentee_person_id == viewer.person_id, Mentorship.mentor_person_id == viewer.person_id),
    )
    return db.session.scalar(query)
