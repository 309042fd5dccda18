"""A board cohort of Bridge: Mia (Acme) is a candidate, Max (Globex) accompanies her; Pam (Acme) has no mentor yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import Cohort, Enrolment
from tenants.accounts.models import Person
from tests.factories import NOW, enrol, make_cohort, make_pair, make_programme, publish

LAUNCH_ON = date(2026, 10, 5)


@dataclass(frozen=True, slots=True)
class Board:
    cohort: Cohort
    mia: Enrolment
    pam: Enrolment
    pair_id: int

    def at(self, slug: str, page: str = "") -> str:
        return f"/{slug}/readiness/{self.mia.id}{page}"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Set the clock; it stands an hour after the stories begin, in the first half of the cohort."""

    def set_clock(moment):
        monkeypatch.setattr("tenants.shared.clock.now", lambda: moment)

    set_clock(NOW + timedelta(hours=1))
    return set_clock


@pytest.fixture
def board(app, cast, operator):
    publish(app, cast.max)
    operator.execute(sa.update(Person).values(locale="en"))
    programme = make_programme(operator, cast.ned, cast.mia, cast.max, form=Form.board)
    cohort = make_cohort(operator, programme, launch_on=LAUNCH_ON)
    mia = enrol(operator, cohort, cast.mia, Side.mentee)
    pam = enrol(operator, cohort, cast.pam, Side.mentee)
    enrol(operator, cohort, cast.max, Side.mentor)
    pair = make_pair(operator, cohort, cast.mia, cast.max)
    operator.commit()
    return Board(cohort, mia, pam, pair.id)


@pytest.fixture
def mia(sign_in, cast):
    return sign_in(cast.mia)


@pytest.fixture
def max_(sign_in, cast):
    return sign_in(cast.max)
