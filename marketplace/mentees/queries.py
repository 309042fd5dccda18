"""What a mentee says of themselves, for them and for the mentors they ask."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.mentors.models import MenteeProfile
from tenants.current import Acting
from tenants.shared.database import db


def own_mentee_profile(viewer: Acting) -> MenteeProfile | None:
    """What the viewer wrote in this workspace, if they did."""
    return db.session.scalars(
        sa.select(MenteeProfile).where(
            MenteeProfile.org_id == viewer.org_id,
            MenteeProfile.affiliation_id == viewer.affiliation_id,
            MenteeProfile.person_id == viewer.person_id,
        )
    ).one_or_none()
