"""What the employer sees of its people's requests: who asks whom, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from marketplace.requests import policy
from marketplace.requests.models import EmployerApproval, MentoringRequest, RequestState
from marketplace.requests.queries.own import PAGE
from marketplace.requests.queries.sides import WITH_PEOPLE, Seen, with_sides
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Approval:
    """What the employer sees of a request: who asks whom, and where it stands."""

    seen: Seen
    decided_by: str | None
    decided_at: datetime | None


def requests_to_approve(viewer: Acting) -> list[Seen]:
    """Requests of the viewer's own people that wait for the employer's yes, the oldest first."""
    if not policy.may_see_approvals(viewer):
        return []
    query = _own_peoples(viewer).where(MentoringRequest.state == RequestState.awaiting_employer)
    return [with_sides(viewer, row) for row in db.session.execute(query.order_by(MentoringRequest.due_at))]


def decided_requests(viewer: Acting) -> list[Approval]:
    """The last requests that this employer answered."""
    if not policy.may_see_approvals(viewer):
        return []
    decider = aliased(Person)
    query = (
        _own_peoples(viewer)
        .join(
            EmployerApproval,
            sa.and_(
                EmployerApproval.org_id == MentoringRequest.org_id,
                EmployerApproval.request_id == MentoringRequest.id,
            ),
        )
        .outerjoin(decider, decider.id == EmployerApproval.decided_by_id)
        .add_columns(decider.name, EmployerApproval.decided_at)
        .order_by(EmployerApproval.decided_at.desc())
        .limit(PAGE)
    )
    return [Approval(with_sides(viewer, row[:-2]), row[-2], row[-1]) for row in db.session.execute(query)]


def approval_or_404(viewer: Acting, request_id: int) -> Seen:
    """A request that the viewer may answer for the employer, in whatever state it is by now."""
    if not policy.may_see_approvals(viewer):
        abort(404)
    row = db.session.execute(_own_peoples(viewer).where(MentoringRequest.id == request_id)).first()
    if row is None:
        abort(404)
    return with_sides(viewer, row)


def employers_answer(viewer: Acting, asked: MentoringRequest) -> EmployerApproval | None:
    """What the employer said, for the mentee alone."""
    if not policy.is_mentee(viewer, asked):
        return None
    return db.session.get(EmployerApproval, (asked.org_id, asked.id))


def coordinators(org_id: int) -> Sequence[int]:
    """The people to tell in an organisation that the viewer belongs to: HR and administrators, or a network's own."""
    return db.session.scalars(sa.select(sa.func.coordinators_of(org_id))).all()


def approvers(viewer: Acting) -> list[int]:
    """Who may answer for the employer when the viewer asks: HR and administrators, but nobody for themselves."""
    return [person_id for person_id in coordinators(viewer.org_id) if person_id != viewer.person_id]


def _own_peoples(viewer: Acting) -> sa.Select[*tuple[Any, ...]]:
    return WITH_PEOPLE.where(
        MentoringRequest.org_id == viewer.org_id,
        MentoringRequest.mentee_person_id != viewer.person_id,
        MentoringRequest.state != RequestState.draft,
        # Where firms answer for a pair that a committee proposes, it is theirs (see ``consents``).
        ~put_to_firms(MentoringRequest.org_id, MentoringRequest.id),
    )


def put_to_firms(org_id: Any, request_id: Any) -> sa.ColumnElement[bool]:
    return sa.func.put_to_firms(org_id, request_id, type_=sa.Boolean)
