"""A mentee answers a questionnaire on a phone, in French: the promise first, back once, and thanks at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.queries import run_cohort_or_404
from marketplace.questionnaires.commands import Plan, plan_round
from marketplace.questionnaires.defaults import default_design
from marketplace.questionnaires.models import Audience, Moment, QuestionnaireRound, RoundInvitation, RoundState
from tenants.shared import clock
from tests.browser.people import Visitor
from tests.cast import Cast
from tests.factories import acting, enrol, make_cohort, make_programme

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(app: Flask, people: Cast, operator: Session) -> str:
    """Where Mia answers at mid-point."""
    cohort = make_cohort(operator, make_programme(operator, people.ned, people.mia, people.max))
    enrol(operator, cohort, people.mia, Side.mentee)
    operator.commit()
    now = clock.now()
    plan = Plan(
        moment=Moment.mid_point,
        audience=Audience.mentee,
        opens_on=now.date(),
        closes_on=now.date() + timedelta(days=7),
        zone="Europe/Paris",
        anonymous=True,
    )
    design = default_design(Form.cross_company, Moment.mid_point, Audience.mentee)
    with acting(app, people.ned) as viewer:
        seen = run_cohort_or_404(viewer, cohort.id)
        made = plan_round(acting=viewer, seen=seen, plan=plan, design=design, now=now)
        key = (made.org_id, made.id)
    operator.get_one(QuestionnaireRound, key).state = RoundState.open
    operator.add(
        RoundInvitation(org_id=key[0], round_id=key[1], person_id=people.mia.person_id, firm_id=people.mia.org_id)
    )
    operator.commit()
    return f"/acme/questionnaires/{key[1]}"


@pytest.mark.parametrize("language", ["fr"])
def test_a_mentee_answers_on_a_phone_in_french(
    visit: Callable[..., Visitor], people: Cast, asked: str, language: str
) -> None:
    mia = visit(language, phone=True)
    mia.sign_in(people.mia, asked)
    expect(mia.page.get_by_text("Vos réponses sont anonymes")).to_be_visible()
    mia.check()
    mia.button("Begin").click()
    mia.page.locator("input[name=confidence][value='4']").check()
    mia.check()
    mia.button("Go on").click()
    mia.page.get_by_label("Pas vraiment").check()
    mia.check()
    mia.button("Back").click()
    expect(mia.page.locator("input[name=confidence][value='4']")).to_be_checked()
    mia.button("Go on").click()
    mia.button("Go on").click()
    mia.page.get_by_label("Le temps", exact=True).check()
    mia.button("Send my answers").click()
    mia.sees("Thank you")
    mia.open(asked)
    mia.sees("Each answers once, so there is nothing more to do.")
