"""A mentee says what they look for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.mentors.drafts import Window, differences, merge
from marketplace.mentors.models import MenteeProfile
from tenants.current import Acting
from tenants.shared.database import db

FIELDS = ("goals", "seeking", "experience", "function", "languages", "place")


@dataclass(frozen=True, slots=True)
class SavedMenteeProfile:
    """``elsewhere`` and ``contested``: see ``mentors.commands.SavedDraft``."""

    profile: MenteeProfile
    elsewhere: tuple[str, ...]
    contested: Mapping[str, Any]


def save_mentee_profile(
    *, acting: Acting, values: Mapping[str, Any], now: datetime, window: Window | None = None
) -> SavedMenteeProfile:
    """Keep what a mentee looks for; it orders their search and fills in their next request.

    ``values`` maps some of ``FIELDS`` to values the form has checked. Two windows: see ``drafts.merge``.
    """
    profile = _for_writing(acting, now)
    there = {name: getattr(profile, name) for name in FIELDS}
    merged = merge(window, values, there, saved_in=profile.saved_in)
    changed = differences(merged.values, there)
    for name, value in changed.items():
        setattr(profile, name, value)
    if changed:
        agreed = not (merged.elsewhere or merged.contested)
        profile.saved_in = window.name if window and agreed else ""
        profile.updated_at = now
    db.session.commit()
    return SavedMenteeProfile(profile, merged.elsewhere, merged.contested)


def _for_writing(acting: Acting, now: datetime) -> MenteeProfile:
    key = {"org_id": acting.org_id, "affiliation_id": acting.affiliation_id}
    statement = insert(MenteeProfile).values(**key, person_id=acting.person_id, updated_at=now)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=list(key)))
    return db.session.scalars(
        sa.select(MenteeProfile)
        .filter_by(**key, person_id=acting.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
