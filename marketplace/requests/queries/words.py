"""What the two wrote to each other, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.mentors.models import MenteeProfile
from marketplace.requests import policy
from marketplace.requests.models import MentoringRequest, MessageKind, RequestMessage, RequestState
from marketplace.requests.queries.own import reached
from tenants.affiliations.models import Affiliation
from tenants.current import Acting
from tenants.shared.database import db


def conversation(viewer: Acting, asked: MentoringRequest) -> Sequence[RequestMessage]:
    """What the two wrote to each other, oldest first; empty for anybody else."""
    if not policy.may_read(viewer, asked):
        return []
    query = (
        sa.select(RequestMessage)
        .where(
            RequestMessage.org_id == asked.org_id,
            RequestMessage.request_id == asked.id,
            RequestMessage.kind != MessageKind.contact,
        )
        .order_by(RequestMessage.created_at, RequestMessage.id)
    )
    return db.session.scalars(query).all()


def written_words(viewer: Acting, asked: MentoringRequest) -> dict[MessageKind, RequestMessage]:
    """The three answers of the guided form, as the mentee wrote them."""
    if not policy.is_mentee(viewer, asked):
        return {}
    query = sa.select(RequestMessage).where(
        RequestMessage.org_id == asked.org_id,
        RequestMessage.request_id == asked.id,
        RequestMessage.author_person_id == viewer.person_id,
        RequestMessage.kind.in_([MessageKind.goal, MessageKind.why_you, MessageKind.what_i_bring]),
    )
    return {message.kind: message for message in db.session.scalars(query)}


def contacts(viewer: Acting, asked: MentoringRequest) -> dict[int, str]:
    """How to reach each of the two, by person; the other one's only once both have said yes."""
    if not policy.may_read(viewer, asked):
        return {}
    query = sa.select(RequestMessage.author_person_id, RequestMessage.body).where(
        RequestMessage.org_id == asked.org_id,
        RequestMessage.request_id == asked.id,
        RequestMessage.kind == MessageKind.contact,
    )
    if asked.state is not RequestState.confirmed:
        query = query.where(RequestMessage.author_person_id == viewer.person_id)
    return {row.author_person_id: row.body for row in db.session.execute(query)}


def own_address(viewer: Acting) -> str:
    """The viewer's address at work, to offer as a way to reach them."""
    query = sa.select(Affiliation.work_email).where(
        Affiliation.org_id == viewer.org_id,
        Affiliation.id == viewer.affiliation_id,
        Affiliation.person_id == viewer.person_id,
    )
    return db.session.scalar(query) or ""


def mentee_profile(viewer: Acting, org_id: int, affiliation_id: int, person_id: int) -> MenteeProfile | None:
    """What a mentee looks for: their own, or that of somebody who asked the viewer."""
    if person_id != viewer.person_id:
        asked_me = sa.select(MentoringRequest.id).where(reached(viewer), MentoringRequest.mentee_person_id == person_id)
        if not db.session.scalar(sa.select(asked_me.exists())):
            return None
    return db.session.get(MenteeProfile, (org_id, affiliation_id))
