"""Invitations as they arrive: written in the inviter's workspace, opened by their link."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, session
from sqlalchemy.orm import Session

from tenants.affiliations.models import Role
from tenants.current import enter_workspace
from tenants.onboarding import commands
from tenants.onboarding.models import Invitation, InvitationState
from tenants.shared import clock
from tenants.shared.models import Letter
from tests.cast import Actor


@pytest.fixture
def invite(app: Flask, operator: Session) -> Callable[..., str]:
    """Have an actor invite somebody; the answer is the path of the link in the letter ('' when there is no letter)."""

    def send(inviter: Actor, email: str, role: Role = Role.member, **options: object) -> str:
        known = set(operator.scalars(sa.select(Letter.id)))
        with app.test_request_context(f"/{inviter.slug}/people/"):
            session["_user_id"] = inviter.token
            acting = enter_workspace(inviter.slug)
            assert acting is not None
            values = {"name": "Zoe Newcomer", "locale": "en", "now": clock.now()} | options
            commands.invite(acting=acting, email=email, role=role, **values)
        operator.rollback()
        fresh = operator.scalar(sa.select(Letter.data).where(Letter.id.not_in(known)))
        return re.sub("^http://localhost", "", fresh["url"]) if fresh else ""

    return send


@pytest.fixture
def invitations(operator: Session) -> Callable[..., list[Invitation]]:
    """The invitations to an address, as they stand now."""

    def found(email: str, state: InvitationState | None = None) -> list[Invitation]:
        operator.rollback()
        query = sa.select(Invitation).where(Invitation.email == email).order_by(Invitation.id)
        rows = list(operator.scalars(query.execution_options(populate_existing=True)))
        return [row for row in rows if state in (None, row.state)]

    return found
