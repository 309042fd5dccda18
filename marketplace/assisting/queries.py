"""What an assistant sees of an executive: that something waits, whose turn it is, by when. Never a word.

Both walls hold it: these functions of the gate answer with columns that have no text, and the rows themselves stay closed
to assistants.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace.requests.models import RequestState
from tenants.affiliations.queries import Help
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open request of the executive, without its words."""

    assistance_id: int
    executive: str
    other: str
    other_firm: str
    executive_asks: bool
    state: RequestState
    due_at: datetime | None

    @property
    def for_executive(self) -> bool:
        """It is the executive's turn."""
        turns = {RequestState.more_information, RequestState.accepted} if self.executive_asks else {RequestState.sent}
        return self.state in turns


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One mentorship of the executive: since when, how often, and the next meeting's time, if one is planned."""

    assistance_id: int
    executive: str
    other: str
    executive_is_mentor: bool
    state: str
    cadence: str | None
    started_at: datetime
    zone: ZoneInfo
    next_meeting: datetime | None


def waiting(viewer: Acting) -> list[Waiting]:
    """Open requests of those whom the viewer assists in this workspace: what waits for them first, then by date."""
    del viewer  # the gate knows who asks, and answers for nobody else
    rows = db.session.execute(sa.text("SELECT * FROM assisted_requests()")).mappings()
    found = [
        Waiting(
            row["assistance_id"],
            row["executive_name"],
            row["other_name"],
            row["other_firm"],
            row["executive_asks"],
            RequestState(row["state"]),
            row["due_at"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.for_executive, one.due_at is None, one.due_at or 0))


def schedule(viewer: Acting) -> list[Scheduled]:
    """Mentorships that run or rest, of those whom the viewer assists in this workspace."""
    del viewer
    rows = db.session.execute(sa.text("SELECT * FROM assisted_mentorships()")).mappings()
    return [
        Scheduled(
            row["assistance_id"],
            row["executive_name"],
            row["other_name"],
            row["executive_is_mentor"],
            row["state"],
            row["cadence"],
            row["started_at"],
            ZoneInfo(row["executive_zone"]),
            row["next_meeting"],
        )
        for row in rows
    ]


def waits_for(viewer: Acting, help: Help) -> list[Waiting]:
    return [one for one in waiting(viewer) if one.assistance_id == help.assistance.id and one.for_executive]
