"""What somebody reads of a cohort's circles. Meetings and notes are for members; who sits where, for the whole cohort."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.pairing.models import Circle, CircleMeeting, CircleMember, CircleNote
from marketplace.programmes.modalities import CircleSize
from marketplace.programmes.models import Cohort
from tenants.current import Acting
from tenants.shared.database import db

Member = Any
"""A row of ``circle_people``: person_id, name, firm, title, time_zone, joined_at."""


@dataclass(frozen=True, slots=True)
class CircleSeen:
    """A circle with its members, as the viewer looks at it."""

    circle: Circle
    members: tuple[Member, ...]
    size: CircleSize
    viewer_id: int = field(repr=False)

    @property
    def is_member(self) -> bool:
        return any(one.person_id == self.viewer_id for one in self.members)

    @property
    def free(self) -> int:
        return max(self.size.most - len(self.members), 0)

    @property
    def missing(self) -> int:
        """How many more it takes to be a circle at all."""
        return max(self.size.least - len(self.members), 0)


def circles_of(viewer: Acting, cohort: Cohort) -> list[CircleSeen]:
    """Every circle of the cohort, by name; for its participants and those who run it. Two statements."""
    circles = db.session.scalars(
        sa.select(Circle)
        .where(Circle.org_id == cohort.org_id, Circle.cohort_id == cohort.id, Circle.closed_at.is_(None))
        .order_by(Circle.name, Circle.id)
    ).all()
    seats: dict[int, list[Member]] = defaultdict(list)
    for row in db.session.execute(
        sa.text("SELECT * FROM circle_people(CAST(:org_id AS integer), CAST(:cohort_id AS bigint))"),
        {"org_id": cohort.org_id, "cohort_id": cohort.id},
    ):
        seats[row.circle_id].append(row)
    size = cohort.modalities.circle
    return [CircleSeen(one, tuple(seats[one.id]), size, viewer.person_id) for one in circles]


def seated(circle: Circle, enrolment_id: int) -> int:
    """The person whom this enrolment gave a seat."""
    query = sa.select(CircleMember.person_id).where(
        CircleMember.org_id == circle.org_id,
        CircleMember.circle_id == circle.id,
        CircleMember.enrolment_id == enrolment_id,
    )
    return db.session.scalars(query).one()


def circle_or_404(viewer: Acting, cohort: Cohort, circle_id: int) -> CircleSeen:
    return next((one for one in circles_of(viewer, cohort) if one.circle.id == circle_id), None) or abort(404)


def own_circle(circles: Sequence[CircleSeen]) -> CircleSeen | None:
    """One person is in one circle of a cohort."""
    return next((one for one in circles if one.is_member), None)


def meetings_of(viewer: Acting, seen: CircleSeen, now: datetime) -> Sequence[CircleMeeting]:
    """Those that are not over, the next first; for members alone."""
    if not seen.is_member:
        return []
    del viewer
    return db.session.scalars(
        sa.select(CircleMeeting)
        .where(
            CircleMeeting.org_id == seen.circle.org_id,
            CircleMeeting.circle_id == seen.circle.id,
            CircleMeeting.cancelled_at.is_(None),
            CircleMeeting.starts_at > now - timedelta(hours=8),
        )
        .order_by(CircleMeeting.starts_at)
        .limit(50)
    ).all()


def meeting_or_404(seen: CircleSeen, meeting_id: int) -> CircleMeeting:
    query = sa.select(CircleMeeting).where(
        CircleMeeting.org_id == seen.circle.org_id,
        CircleMeeting.circle_id == seen.circle.id,
        CircleMeeting.id == meeting_id,
    )
    found = db.session.scalar(query) if seen.is_member else None
    return found or abort(404)


def note_of(seen: CircleSeen) -> CircleNote | None:
    return db.session.get(CircleNote, (seen.circle.org_id, seen.circle.id)) if seen.is_member else None
