"""Somebody reports a concern; a coordinator takes care of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from marketplace.requests import letters, policy, queries
from marketplace.requests.commands.steps import allow
from marketplace.requests.models import Concern
from marketplace.requests.queries import Seen
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.letters import queue_letter


def report_concern(*, acting: Acting, seen: Seen, reason: str, words: str, now: datetime) -> None:
    """Tell the administrators of a network both firms share, else the reporter's own coordinators. The other person is
    never told, and the other firm's log says nothing."""
    asked = seen.asked
    allow(policy.may_report(acting, asked))
    org_id = queries.shared_network(acting, seen.other.org_id) or acting.org_id
    db.session.execute(
        sa.insert(Concern).values(
            org_id=org_id,
            id=new_id(),
            reporter_person_id=acting.person_id,
            reporter_org_id=acting.org_id,
            about_person_id=seen.other.id,
            request_org_id=asked.org_id,
            request_id=asked.id,
            reason=reason,
            body=words,
            created_at=now,
        )
    )
    # That it happened, and no more: neither who reported it nor about whom.
    record("concern.reported", org_ids=[org_id], now=now, subject=("concern", None))
    slug = db.session.get_one(Organisation, org_id).slug
    path = f"/{slug}/requests/concerns"
    for person_id in queries.coordinators(org_id):
        if person_id not in {acting.person_id, seen.other.id}:
            queue_letter(
                "concern_reported",
                org_id=org_id,
                person_id=person_id,
                now=now,
                data=letters.concern_reported(path),
                path=path,
            )
    db.session.commit()


def handle_concern(*, acting: Acting, concern: Concern, now: datetime) -> None:
    """A coordinator has taken care of it. Doing so twice changes nothing."""
    allow(policy.may_handle(acting, concern))
    if concern.handled_at is None:
        concern.handled_at = now
        record(
            "concern.handled",
            org_ids=[acting.org_id],
            now=now,
            subject=("concern", concern.id),
            actor=(acting.person_id, acting.person_name),
        )
    db.session.commit()
