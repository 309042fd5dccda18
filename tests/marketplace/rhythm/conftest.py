"""Mia (Acme) and Max (Globex) are a pair since NOW; the clock stands where a test puts it."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from marketplace.mentorships.models import Mentorship
from marketplace.mentorships.queries import mentorship_or_404
from marketplace.rhythm import jobs
from marketplace.rhythm.models import Pulse
from tenants.shared.database import db
from tests.factories import acting
from tests.marketplace.requests.conftest import _clock, ask, mentors, step

__all__ = ["_clock", "ask", "mentors", "step"]


@pytest.fixture
def pair(ask, step, mentors, operator, work):
    """The mentorship, with the letters of its beginning sent."""
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="Gladly.", contact="")
    step(mentors.mia, "confirm_request", asked, contact="")
    work()
    operator.rollback()
    return operator.scalars(sa.select(Mentorship)).one()


@pytest.fixture
def set_clock(monkeypatch):
    def moved(moment):
        monkeypatch.setattr("tenants.shared.clock.now", lambda: moment)

    return moved


@pytest.fixture
def at(worker_app, set_clock, work):
    """Let the clock strike at a moment, as the worker's cron would, and run what it started."""

    def strike(moment):
        set_clock(moment)
        with worker_app.app_context():
            jobs.turn_clock_of_rhythm.func.__wrapped__()
            db.session.commit()
        work()

    return strike


@pytest.fixture
def again(operator, pair):
    """The mentorship and its pulse as they are now."""

    def read():
        operator.rollback()
        operator.expire_all()
        return operator.get_one(Mentorship, (pair.org_id, pair.id)), operator.get_one(Pulse, (pair.org_id, pair.id))

    return read


@pytest.fixture
def run(app, pair, work):
    """Run a command as one of the pair, who looks at it anew, and the jobs that follow."""

    def ran(actor, command, now, works=True, **values):
        with acting(app, actor) as viewer:
            result = command(party=viewer, pair=mentorship_or_404(viewer, pair.id), now=now, **values)
        if works:
            work()
        return result

    return ran


@pytest.fixture
def linked(mailbox):
    """The address (without host) of the link in the latest letter to somebody whose subject holds ``subject``."""

    def found(actor, subject):
        letters = [letter for letter in mailbox.to(actor.email) if subject in str(letter["Subject"])]
        text = letters[-1].get_body(("plain",)).get_content()
        return re.search(r"http://localhost(/links/\S+)", text)[1]

    return found
