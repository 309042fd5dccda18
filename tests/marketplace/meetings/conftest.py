"""The pair of Mia (Paris) and Max (Toronto), confirmed on Monday 2 November 2026."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.meetings import commands, jobs, queries
from marketplace.meetings.hours import Hours, Weekly
from marketplace.meetings.models import Meeting
from marketplace.mentorships.models import Mentorship
from marketplace.mentorships.queries import mentorship_or_404
from tenants.accounts.models import Person
from tenants.shared.database import db
from tests.cast import Cast
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import _clock, ask, mentors, step, tokens

__all__ = ["_clock", "ask", "mentors", "step", "tokens"]

TUESDAYS = Hours(
    "America/Toronto",
    minutes=45,
    notice_hours=24,
    weekly=(Weekly(1, time(17), time(18, 30)),),
)
"""Tuesdays from five to half past six: two times of three quarters of an hour."""


@pytest.fixture
def pair(ask: Any, step: Any, mentors: Cast, operator: Session) -> Mentorship:
    operator.execute(sa.update(Person).where(Person.id == mentors.max.person_id).values(time_zone="America/Toronto"))
    operator.commit()
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="Gladly.", contact="max@globex.example")
    step(mentors.mia, "confirm_request", asked, contact="mia@acme.example")
    operator.rollback()
    return operator.scalars(sa.select(Mentorship)).one()


@pytest.fixture
def hours(app: Flask, pair: Mentorship, mentors: Cast) -> Hours:
    with acting(app, mentors.max) as viewer:
        commands.set_hours(acting=viewer, hours=TUESDAYS, now=NOW)
    return TUESDAYS


@pytest.fixture
def plan(app: Flask, pair: Mentorship, mentors: Cast) -> Callable[..., int]:
    """Plan a meeting by the product's own command, as a proposal of Mia's; its id."""

    def planned(starts_at: datetime, minutes: int = 60, now: datetime = NOW, **details: str) -> int:
        with acting(app, mentors.mia) as viewer:
            between = queries.between_pair(mentorship_or_404(viewer, pair.id))
            choice = commands.Choice(starts_at, minutes, "Europe/Paris", offered=False)
            return commands.plan_meeting(
                acting=viewer, between=between, choice=choice, details=commands.Details(**details), now=now
            ).id

    return planned


@pytest.fixture
def strike(worker_app: Flask, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]) -> Callable[[datetime], None]:
    """Let the clock strike at a moment, as the worker's cron would, and run what it started."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr("tenants.shared.clock.now", lambda: moment)
        with worker_app.app_context():
            jobs.turn_clock_of_meetings.func.__wrapped__()
            db.session.commit()
        work()

    return at


def the_meeting(operator: Session, meeting_id: int | None = None) -> Meeting:
    operator.rollback()
    query = sa.select(Meeting).execution_options(populate_existing=True)
    return operator.scalars(query.where(Meeting.id == meeting_id) if meeting_id else query).one()


DAY = timedelta(days=1)
