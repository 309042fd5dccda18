"""Invitations that were prepared in numbers get their links and letters in batches, so that no mail server is flooded."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from tenants.accounts.models import Person
from tenants.onboarding.models import Invitation, InvitationState
from tenants.onboarding.queries import token_hash
from tenants.onboarding.writing import VALID_FOR, invitation_url, letter_words
from tenants.shared import clock
from tenants.shared.database import db, new_id
from tenants.shared.jobs import enqueue, tenant_job
from tenants.shared.letters import queue_letter

BETWEEN_BATCHES = timedelta(minutes=1)


def send_once(org_id: int) -> str:
    """The name under which one batch of an organisation waits."""
    return f"send_invitations {org_id}"


@tenant_job("send_invitations")
def send_invitations(*, org_id: int) -> None:
    """Send the next batch of prepared invitations; while there are more, the next one follows in a minute.

    The link is made here, so that nobody can open an invitation before its letter. Its 14 days begin here too.
    """
    now, most = clock.now(), current_app.config["INVITATIONS_PER_MINUTE"]
    waiting = (
        sa.select(Invitation)
        .where(Invitation.org_id == org_id, Invitation.state == InvitationState.open, Invitation.sent_at.is_(None))
        .order_by(Invitation.id)
        .limit(most + 1)
        .with_for_update()
    )
    invitations = db.session.scalars(waiting).all()
    inviters = {invitation.invited_by_id for invitation in invitations if invitation.invited_by_id}
    found = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(inviters)))
    names: dict[int | None, str] = dict(found.all())
    for invitation in invitations[:most]:
        token, letter_id = secrets.token_urlsafe(32), new_id()
        invitation.token_hash, invitation.letter_id = token_hash(token), letter_id
        invitation.sent_at, invitation.expires_at = now, now + VALID_FOR
        queue_letter(
            "invitation",
            org_id=org_id,
            now=now,
            address=invitation.email,
            locale=invitation.locale,
            data=letter_words(
                invitation.name,
                names.get(invitation.invited_by_id, ""),
                invitation_url(token),
                invitation.expires_at,
                invitation.role,
            ),
            letter_id=letter_id,
        )
    if len(invitations) > most:
        enqueue(send_invitations, org_id=org_id, once=send_once(org_id), not_before=now + BETWEEN_BATCHES)
    db.session.commit()
