"""What the end of a cohort would end with it, for the page that asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.enrolments.queries import counts
from marketplace.events.models import Event, EventState
from marketplace.programmes.models import ON_THE_WAY, EnrolmentState
from marketplace.programmes.queries import CohortSeen
from marketplace.requests.models import OPEN_STATES
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Ends:
    """``inside`` take part, ``coming`` are on their way in; ``requests`` are under way, and ``events`` published and to come."""

    inside: int
    coming: int
    requests: int
    events: int


def what_ends(seen: CohortSeen, now: datetime) -> Ends:
    """Three statements, for those who run the cohort."""
    cohort, people = seen.cohort, counts(seen)
    requests = db.session.scalar(
        sa.text("SELECT count(*) FROM cohort_pairs(:org, :cohort) WHERE state = ANY (CAST(:open AS text[]))"),
        {"org": cohort.org_id, "cohort": cohort.id, "open": [state.value for state in OPEN_STATES]},
    )
    events = db.session.scalar(
        sa.select(sa.func.count()).where(
            Event.org_id == cohort.org_id,
            Event.cohort_id == cohort.id,
            Event.state == EventState.published,
            Event.starts_at > now,
        )
    )
    return Ends(
        sum(number for (_side, state), number in people.items() if state is EnrolmentState.enrolled),
        sum(number for (_side, state), number in people.items() if state in ON_THE_WAY),
        requests or 0,
        events or 0,
    )
