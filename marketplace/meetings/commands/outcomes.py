"""Whether a meeting took place: asked once of both."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.meetings.models import Meeting, MeetingState, Said
from marketplace.meetings.queries import Between
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.links import spend_link


def say_outcome(
    *, acting: Acting, between: Between, meeting: Meeting, said: Said, now: datetime, link: bytes | None = None
) -> None:
    """Keep what one of the two says; either's answer settles, and each may change their own.

    The rule where they differ: it counts as missed as soon as one says that it did not take place, and both read both answers.
    Raises ``Refused`` before its time, and for one that was called off.
    """
    del acting
    found = db.session.scalar(
        sa.select(Meeting)
        .where(Meeting.org_id == meeting.org_id, Meeting.id == meeting.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or found.state is MeetingState.cancelled:
        raise Refused(_("This meeting was called off."))
    if found.ends_at > now:
        raise Refused(_("This meeting is not over yet."))
    spend_link(link, now)
    if between.seen.viewer_is_mentee:
        found.mentee_said = said
    else:
        found.mentor_said = said
    denied = Said.missed in (found.mentee_said, found.mentor_said)
    found.state = MeetingState.missed if denied else MeetingState.held
    db.session.commit()
