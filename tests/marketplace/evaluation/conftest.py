"""A cohort of Bridge with thirty mentees of Acme and twenty of Globex, who have said how they describe themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.evaluation import commands
from marketplace.evaluation.models import EquityAnswer, Gender
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import Cohort, Enrolment
from tenants import walls
from tenants.accounts.models import Person
from tenants.shared.database import db, new_id
from tests.cast import Actor
from tests.factories import enrol, make_cohort, make_programme

SINCE = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


@dataclass(frozen=True, slots=True)
class Crowd:
    cohort: Cohort
    acme: list[Enrolment]
    globex: list[Enrolment]


def add_person(session: Session, cohort: Cohort, firm: Actor, gender: Gender | None, **values: object) -> Enrolment:
    person = Person(id=new_id(), name="Somebody")
    session.add(person)
    session.flush()
    actor = Actor("Somebody", "", firm.slug, firm.org_id, person.id, 0, "")
    times = {"consented_at": SINCE, "enrolled_at": SINCE, "created_at": SINCE, "updated_at": SINCE}
    one = enrol(session, cohort, actor, **({"side": Side.mentee} | times | values))  # type: ignore[arg-type]
    if gender:
        answers = sa.insert(EquityAnswer)
        session.execute(answers.values(person_id=person.id, gender=gender, statement=1, given_at=SINCE))
    return one


@pytest.fixture
def crowd(operator, cast):
    """Of Acme 16 women, 10 men, 4 silent; of Globex 8 women, 12 men."""
    programme = make_programme(operator, cast.ned, cast.mia, cast.max, form=Form.cross_company)
    cohort = make_cohort(operator, programme, launch_on=date(2026, 9, 15))
    said = [Gender.woman] * 16 + [Gender.man] * 10 + [None, None, Gender.another, Gender.unsaid]
    acme = [add_person(operator, cohort, cast.mia, gender) for gender in said]
    globex = [add_person(operator, cohort, cast.max, gender) for gender in [Gender.woman] * 8 + [Gender.man] * 12]
    operator.commit()
    return Crowd(cohort, acme, globex)


@pytest.fixture
def draw(worker_app, cast) -> Callable[..., int]:
    """Draw the figures of Bridge as its job does, on a day of the month after."""

    def run(on: date) -> int:
        with worker_app.app_context():
            walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": cast.ned.org_id}))
            return commands.draw_figures(on=on, now=datetime(on.year, on.month, 3, 4, 20, tzinfo=UTC))

    return run
