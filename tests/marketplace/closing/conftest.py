"""The same pair, and steps of its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.closing import jobs as closing_jobs
from marketplace.mentorships.models import Mentorship
from tenants.shared import clock
from tenants.shared.jobs import enqueue
from tests.marketplace.charters.conftest import again, ask, linked, mentors, pair, step
from tests.marketplace.requests.conftest import working

__all__ = ["again", "ask", "linked", "mentors", "pair", "step"]

LOOK_BACK = {
    "helped": "That she asked and did not answer.",
    "changed": "I delegate.",
    "next_step": "The second plant.",
    "thanks": "Thank you for the evenings.",
    "names_shown": "names",
    "firms_shown": "y",
    "feedback": "",
}


@pytest.fixture
def ends(operator: Session) -> Callable[[Any, date], None]:
    """Plan the last day of a mentorship."""

    def plan(pair: Any, day: date) -> None:
        operator.execute(sa.update(Mentorship).where(Mentorship.id == pair.id).values(ends_on=day))
        operator.commit()

    return plan


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch, worker_app: Any, work: Callable[[], None], pair: Any) -> Callable[..., None]:
    """Let the clock of endings look at ``moment``, and run what follows; ``times``: as if so many ticks came at once."""

    def run(moment: datetime, times: int = 1) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)
        with worker_app.app_context():
            for org_id in closing_jobs.queries.organisations_with_closings(moment):
                with working(worker_app, org_id):
                    for _ in range(times):
                        enqueue(closing_jobs.look_at_last_days_of_organisation, org_id=org_id)
                    closing_jobs.db.session.commit()
        work()

    return run


def later(days: int, hours: int = 0) -> datetime:
    return clock.now() + timedelta(days=days, hours=hours)
