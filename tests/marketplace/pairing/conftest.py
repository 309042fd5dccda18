"""A cohort that Bridge runs for Acme and Globex: Mia looks for a mentor, Max (two places of his own) gives it one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.mentors.models import Audience
from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import Cohort
from marketplace.requests.models import MentoringRequest
from tenants.shared.database import db, new_id
from tests.cast import Cast
from tests.factories import NOW, enrol, make_cohort, make_programme, publish

REASON = "You both came from engineering to general management, and live an hour apart."


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def start(app: Flask, cast: Cast, operator: Session) -> Callable[..., Cohort]:
    """Bridge's programme and its first cohort, by default with Mia as mentee and Max as mentor, whose page only Globex sees."""

    def started(
        form: Form = Form.cross_company,
        *,
        opened: Phase = Phase.matching,
        sides: dict[str, Side] | None = None,
        places: int = 1,
        firms: tuple[str, ...] = ("mia", "max"),
        **choices: Any,
    ) -> Cohort:
        publish(app, cast.max, audience=Audience.company, network_ids=[])
        programme = make_programme(operator, cast.ned, *(cast[name] for name in firms), form=form, **choices)
        cohort = make_cohort(operator, programme, opened=opened)
        for name, side in (sides or {"mia": Side.mentee, "max": Side.mentor}).items():
            enrol(operator, cohort, cast[name], side, places=places)
        operator.commit()
        return cohort

    return started


def requests_of(operator: Session) -> list[MentoringRequest]:
    operator.rollback()
    query = sa.select(MentoringRequest).order_by(MentoringRequest.id).execution_options(populate_existing=True)
    return list(operator.scalars(query))


def propose_in_database(cohort: Cohort, mentee: int, mentor: int) -> str:
    """What the gate says to a committee's proposal, inside the context of whoever acts; nothing of it is kept."""
    ids = (mentee, mentor, new_id(), new_id(), new_id())
    asked = sa.func.propose_pair(
        cohort.org_id, *(sa.cast(one, sa.BigInteger) for one in ids), REASON, NOW + timedelta(days=14), NOW
    )
    said = str(db.session.scalar(sa.select(asked)))
    db.session.rollback()
    return said
