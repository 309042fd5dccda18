from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from marketplace.measures import commands
from marketplace.programmes.modalities import Form
from marketplace.programmes.models import Cohort, CohortState
from tenants import walls
from tenants.shared.database import db
from tests.factories import make_cohort, make_programme
from tests.marketplace.measures.world import play


@pytest.fixture
def cohorts(operator, cast, _admin) -> list[Cohort]:
    """One that was launched more than a year ago and has closed, and one that is under way."""
    programme = make_programme(operator, cast.ned, cast.mia, cast.max, form=Form.cross_company)
    made = [
        make_cohort(operator, programme, launch_on=date(2025, 9, 1), state=CohortState.closed),
        make_cohort(operator, programme, launch_on=date(2026, 6, 1), ordinal=2),
    ]
    operator.commit()
    with _admin.connect() as connection:
        play(made, [cast.mia.org_id, cast.max.org_id]).write(connection)
    return made


@pytest.fixture
def draw(worker_app, cast) -> Callable[..., int]:
    """Draw the measures of Bridge as its job does, on a day of the month."""

    def run(on: date) -> int:
        with worker_app.app_context():
            walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": cast.ned.org_id}))
            return commands.draw_measures(on=on, now=datetime(on.year, on.month, 3, 4, 20, tzinfo=UTC))

    return run
