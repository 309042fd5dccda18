"""The same pair as the requests' stories, with the clock at the day the test runs."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.mentorships.models import Mentorship
from tenants.affiliations.models import Affiliation
from tenants.shared import clock, jobs
from tenants.shared.database import new_id
from tests.marketplace.requests.conftest import ask, mentors, step

__all__ = ["ask", "mentors", "step"]


@pytest.fixture
def pair(ask, step, mentors, operator):
    """The mentorship of Mia (Acme) and Max (Globex)."""
    now = clock.now()
    asked = ask(mentors.mia, mentors.max, now=now)
    step(mentors.max, "accept_request", asked, now=now, words="Gladly.", contact="max@globex.example")
    step(mentors.mia, "confirm_request", asked, now=now, contact="mia@acme.example")
    operator.rollback()
    return operator.scalars(sa.select(Mentorship)).one()


@pytest.fixture
def again(operator):
    """Read a row anew: ``again(Mentorship, pair)``."""

    def read(row):
        operator.rollback()
        operator.refresh(row)
        return row

    return read


@pytest.fixture
def hired(operator, work):
    """A person joins an organisation, as the door writes it; the jobs run."""

    def join(actor, org_id, slug):
        tie = Affiliation(
            org_id=org_id, id=new_id(), person_id=actor.person_id, work_email=f"new@{slug}.example", role="member"
        )
        operator.add(tie)
        operator.flush()
        jobs.announce("affiliation.started", org_id=org_id, affiliation_id=tie.id, session=operator)
        operator.commit()
        work()
        return tie

    return join
