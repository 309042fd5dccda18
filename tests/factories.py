"""Scenes made through the product's own commands, so that a test never starts from what the product could not
produce.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask

from marketplace.mentors import commands
from marketplace.mentors.models import MentorProfile
from tenants import walls
from tenants.current import Acting
from tenants.shared.database import db
from tests.cast import Actor

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@contextmanager
def acting(app: Flask, actor: Actor) -> Iterator[Acting]:
    """Inside, commands and queries run as ``actor`` in their own workspace, with the web's rights and no
    more.
    """
    with app.test_request_context(f"/{actor.slug}/"):
        entry = walls.Entry(walls.ENTER_WORKSPACE, {"token": actor.token, "slug": actor.slug})
        row = walls.enter(db.session, entry)
        assert row is not None, f"{actor.name} has no tie to {actor.slug}"
        yield Acting.from_row(row)


def publish(app: Flask, actor: Actor, *, now: datetime = NOW, **changes: Any) -> MentorProfile:
    """Publish a cast member's mentor page, after ``changes`` to the draft (see ``drafts.DRAFT_FIELDS``)."""
    with acting(app, actor) as viewer:
        if changes:
            commands.save_draft(acting=viewer, values=changes, now=now)
        profile = commands.publish_profile(acting=viewer, now=now)
        actor.mentor_id = profile.id
        return profile
