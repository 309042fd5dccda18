"""The viewer's own requests: those they made, and those that reached them as a mentor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.requests.models import OPEN_STATES, MentoringRequest, RequestState
from marketplace.requests.queries.sides import WITH_PEOPLE, Seen, with_sides
from tenants.current import Acting
from tenants.shared.database import db

PAGE = 30


def made_by(viewer: Acting) -> sa.ColumnElement[bool]:
    return sa.and_(MentoringRequest.mentee_person_id == viewer.person_id, MentoringRequest.org_id == viewer.org_id)


def reached(viewer: Acting) -> sa.ColumnElement[bool]:
    return sa.and_(
        MentoringRequest.mentor_person_id == viewer.person_id,
        MentoringRequest.mentor_org_id == viewer.org_id,
        MentoringRequest.sent_at.is_not(None),
    )


def visible_requests(viewer: Acting) -> sa.Select[*tuple[Any, ...]]:
    """The viewer's own requests in this workspace: those they made, and those that reached them as a mentor."""
    return WITH_PEOPLE.where(sa.or_(made_by(viewer), reached(viewer)))


# Every page of a request begins with it. A function of the database, because the policies of six tables take longer to
# plan than to ask, and a function is planned once for a connection.
_COLUMNS = sa.inspect(MentoringRequest).local_table.columns
_SIDES = tuple(f"{side}_{fact}" for side in ("mentee", "mentor") for fact in ("name", "zone", "firm", "slug", "photo"))
_ONE = (
    f"SELECT {', '.join(f'(asked).{column.name}' for column in _COLUMNS)}, {', '.join(_SIDES)} "  # noqa: S608, the model's names
    "FROM request_with_people(CAST(:request_id AS bigint), CAST(:person_id AS bigint), CAST(:org_id AS integer))"
)
_SIDE_COLUMNS = tuple(sa.column(name, sa.Text) for name in _SIDES)
ONE_REQUEST = sa.select(MentoringRequest, *_SIDE_COLUMNS).from_statement(
    sa.text(_ONE).columns(*_COLUMNS, *_SIDE_COLUMNS)
)


def request_or_404(viewer: Acting, request_id: int) -> Seen:
    ids = {"person_id": viewer.person_id, "org_id": viewer.org_id, "request_id": request_id}
    row = db.session.execute(ONE_REQUEST, ids).first()
    if row is None:
        abort(404)
    return with_sides(viewer, row)


def requests_in_progress(viewer: Acting) -> list[Seen]:
    """Every draft and open request of the viewer, what waits for them first, then what runs out first."""
    query = visible_requests(viewer).where(MentoringRequest.state.in_(OPEN_STATES | {RequestState.draft}))
    found = [with_sides(viewer, row) for row in db.session.execute(query)]
    return sorted(
        found,
        key=lambda seen: (not seen.yours, seen.asked.due_at is None, seen.asked.due_at or seen.asked.updated_at),
    )


def finished_requests(viewer: Acting, before: int | None = None) -> list[Seen]:
    """What is over, newest first, older than ``before`` (an id): ``PAGE`` of them, and one more if there is more."""
    query = visible_requests(viewer).where(MentoringRequest.state.not_in(OPEN_STATES | {RequestState.draft}))
    if before is not None:
        query = query.where(MentoringRequest.id < before)
    query = query.order_by(MentoringRequest.id.desc()).limit(PAGE + 1)
    return [with_sides(viewer, row) for row in db.session.execute(query)]


IN_HAND = sa.select(MentoringRequest).from_statement(
    sa.text(
        "SELECT * FROM requests_in_hand(CAST(:affiliation_id AS bigint), CAST(:person_id AS bigint), "
        "CAST(:org_id AS integer), CAST(:alone AS boolean))"
    )
)


def requests_in_hand(viewer: Acting, *, alone: bool = False) -> Sequence[MentoringRequest]:
    """The drafts and open requests that the viewer made in this workspace.

    ``alone``: other tabs of the viewer that ask so wait until the commit, and then see what this one wrote.
    """
    ids = {"affiliation_id": viewer.affiliation_id, "person_id": viewer.person_id, "org_id": viewer.org_id}
    return db.session.scalars(IN_HAND, ids | {"alone": alone}).all()


def request_in_hand(viewer: Acting, mentor_person_id: int) -> MentoringRequest | None:
    """The viewer's draft or open request to one mentor; there is at most one."""
    query = sa.select(MentoringRequest).where(
        made_by(viewer),
        MentoringRequest.mentor_person_id == mentor_person_id,
        MentoringRequest.state.in_(OPEN_STATES | {RequestState.draft}),
    )
    return db.session.scalar(query)


def was_resent(viewer: Acting, asked: MentoringRequest) -> bool:
    query = sa.select(MentoringRequest.id).where(made_by(viewer), MentoringRequest.resent_from_id == asked.id)
    return db.session.scalar(sa.select(query.exists())) or False


def may_resend_now(viewer: Acting, asked: MentoringRequest) -> bool:
    """After expiry, once: neither the resent one itself nor one that was resent already."""
    return (
        asked.state is RequestState.expired
        and asked.sent_at is not None
        and asked.resent_from_id is None
        and not was_resent(viewer, asked)
    )
