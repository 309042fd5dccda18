"""A hostile administrator of a network, and one of a firm, who take every figure under every filter, day and export there is."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from random import Random

import pytest
import sqlalchemy as sa

from marketplace.evaluation.auditor import Released, Row
from marketplace.evaluation.models import Gender
from marketplace.programmes.modalities import Form
from marketplace.programmes.models import EnrolmentState
from tests.factories import make_cohort, make_programme
from tests.marketplace.evaluation.conftest import DECEMBER, NOVEMBER, OCTOBER, SINCE, add_person
from tests.marketplace.evaluation.test_auditor import recovered

DAYS = (OCTOBER, NOVEMBER, DECEMBER)
STAGES = {"Put forward or applied": "applied", "Taken in": "enrolled", "Stayed to the end": "completed"}


class Story:
    """What really is the case: who was what on each day."""

    def __init__(self, operator, admin, cast, seed: int) -> None:
        self.random, self.admin = Random(seed), admin
        programme = make_programme(operator, cast.ned, cast.mia, cast.max, form=Form.cross_company)
        self.cohorts = [make_cohort(operator, programme, launch_on=date(2026, 9, 15), ordinal=one) for one in (1, 2)]
        self.people = []
        for _number in range(self.random.randrange(90, 130)):
            since = SINCE if self.random.random() < 0.9 else SINCE + timedelta(days=self.random.choice([25, 55]))
            done = self.random.choice([None, None, OCTOBER, NOVEMBER])
            over = datetime.combine(done, time(9), UTC) + timedelta(days=3) if done and since == SINCE else None
            gender = self.random.choice([Gender.woman, Gender.man, Gender.woman, Gender.man, None])
            state = EnrolmentState.completed if over else EnrolmentState.enrolled
            firm, cohort = self.random.choice([cast.mia, cast.max]), self.random.choice(self.cohorts)
            one = add_person(
                operator, cohort, firm, gender, enrolled_at=since, created_at=since, state=state, ended_at=over
            )
            self.people.append(one)
        operator.commit()
        self.said: dict[date, dict[int, bool]] = {}

    def pass_a_month(self, until: date) -> None:
        """Somebody takes an answer back, somebody gives another; then it is noted who is counted as what."""
        at = datetime.combine(until, time(9), UTC) - timedelta(days=9)
        first, second = self.random.sample([one.person_id for one in self.people], 2)
        with self.admin.connect() as connection:
            if until != OCTOBER:
                connection.execute(sa.text("DELETE FROM equity_answer WHERE person_id = :id"), {"id": first})
                change = "UPDATE equity_answer SET gender = 'woman', given_at = :at WHERE person_id = :id"
                connection.execute(sa.text(change), {"id": second, "at": at})
            said = sa.text("SELECT person_id, gender = 'woman' AND given_at < :day AS woman FROM equity_answer")
            rows = connection.execute(said, {"day": datetime.combine(until, time(0), UTC)})
            self.said[until] = {one.person_id: one.woman for one in rows}

    def row(self, stage: str, cohort: int, firm: int, day: date) -> Row:
        until = datetime.combine(day, time(0), UTC)
        reached = {"applied": "created_at", "enrolled": "enrolled_at", "completed": "ended_at"}[stage]
        inside = {
            one.person_id: int(self.said[day].get(one.person_id, False))
            for one in self.people
            if (at := getattr(one, reached)) and at < until
            and (not cohort or one.cohort_id == cohort) and (not firm or one.firm_id == firm)
        }  # fmt: skip
        return Row((stage, str(cohort), str(firm), str(day)), inside)


def taken(client, story, slug, cohorts, firms, names):
    """Every line of every file, and the set of people that whoever reads it knows it to be about."""
    found = {}
    for cohort, firm, day in product(cohorts, firms, DAYS):
        query = {"cohort": cohort, "firm": firm, "on": day.isoformat()}
        text = client.get(f"/{slug}/reports/equity.csv", query_string=query).data.decode("utf-8-sig")
        for table, label, people, women, _men, _others, drawn in list(csv.reader(io.StringIO(text)))[1:]:
            if people == "withheld" or label not in {**STAGES, **names}:
                continue
            of = {"Stage": (STAGES.get(label), cohort, firm), "Cohort": ("enrolled", names.get(label), firm)}
            of["Firm"] = ("enrolled", cohort, names.get(label))
            row = story.row(*of[table], date.fromisoformat(drawn))
            assert len(row.answers) == int(people), "a figure is what a slow recount gives"
            if women != "withheld":
                assert sum(row.answers.values()) == int(women)
                found[row.key] = row, Released(row.key, (int(people) - int(women), int(women)))
    return found


@pytest.fixture
def only_small_cells_are_left_out(_admin):
    """The audit switched off: small figures are left out of their own row, and nothing looks at any other."""
    with _admin.connect() as connection:
        kept = connection.exec_driver_sql("SELECT pg_get_functiondef('audited'::regproc)").scalar_one()
        connection.exec_driver_sql("SET ROLE passerelle_gate")
        connection.exec_driver_sql(
            """CREATE OR REPLACE FUNCTION audited(p_ledgers integer[], p_measure text, p_units bigint[], p_kinds smallint[],
                p_wanted smallint[], p_least integer) RETURNS boolean LANGUAGE sql AS $$
                SELECT count(*) = cardinality(p_wanted) AND min(n) >= p_least
                FROM (SELECT count(*) AS n FROM unnest(p_kinds) k GROUP BY k) counted $$"""
        )
        yield
        connection.exec_driver_sql(kept)
        connection.exec_driver_sql("RESET ROLE")


def attack(story, draw, cast, sign_in):
    """The smallest groups that come out of all that the two were ever shown, put together."""
    for day in DAYS:
        story.pass_a_month(day)
        draw(day)
    cohorts = [0, *(one.id for one in story.cohorts)]
    names = {f"Crossing, Cohort {one.ordinal}": one.id for one in story.cohorts}
    names |= {"Acme": cast.mia.org_id, "Globex": cast.max.org_id}
    firms = [0, cast.mia.org_id, cast.max.org_id]
    found = taken(sign_in(cast.ned), story, "bridge", cohorts, firms, names)
    found |= taken(sign_in(cast.ann), story, "acme", cohorts, [cast.mia.org_id], names)
    assert found, "nothing was shown, and nothing was tried"
    return recovered(*zip(*found.values(), strict=True), 5)


def test_whoever_takes_everything_recovers_nobody(operator, _admin, cast, draw, sign_in):
    assert attack(Story(operator, _admin, cast, 1), draw, cast, sign_in) == []


def test_and_recovers_somebody_where_nothing_is_audited(
    operator, _admin, cast, draw, sign_in, only_small_cells_are_left_out
):
    assert attack(Story(operator, _admin, cast, 1), draw, cast, sign_in) != []
