"""The clock of the rounds: who is asked when one opens, who is reminded, and the closing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.enrolments.models import ManagerView
from marketplace.programmes.models import Cohort, Enrolment, EnrolmentState, Programme
from marketplace.questionnaires.models import Audience, QuestionnaireRound, RoundInvitation, RoundState
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tenants.shared.database import db, new_id
from tenants.shared.jobs import clock_job, enqueue, tenant_job
from tenants.shared.letters import queue_letter
from tenants.shared.links import make_link

ANSWER_ROUND = "questionnaire"
LETTERS = 50
REMIND_BEFORE = timedelta(days=3)


def people_of(one: QuestionnaireRound, cohort: Cohort) -> Iterator[tuple[int, int]]:
    """(person, the organisation in which they are asked), once each. Nobody between employers."""
    inside = (
        sa.select(Enrolment.person_id, Enrolment.firm_id, Enrolment.id)
        .where(
            Enrolment.org_id == one.org_id,
            Enrolment.cohort_id == one.cohort_id,
            Enrolment.state.in_((EnrolmentState.enrolled, EnrolmentState.completed)),
            Enrolment.firm_id.is_not(None),
        )
        .order_by(Enrolment.id)
    )
    if one.audience is Audience.hr_partner:
        for firm_id in sorted(set(cohort.parties)):
            for person_id in db.session.scalars(sa.select(sa.func.programme_coordinators(firm_id))).all():
                yield person_id, firm_id
    elif one.audience is Audience.manager:
        ids = sa.select(inside.subquery().c.id)
        asked = sa.select(ManagerView.manager_id, ManagerView.firm_id)
        views = asked.where(ManagerView.org_id == one.org_id, ManagerView.enrolment_id.in_(ids))
        yield from db.session.execute(views)
    else:
        for person_id, employer_id, _id in db.session.execute(inside.where(Enrolment.side == one.audience.value)):
            if employer_id is not None:
                yield person_id, employer_id


def open_round(one: QuestionnaireRound, now: datetime) -> None:
    cohort = db.session.get_one(Cohort, (one.org_id, one.cohort_id))
    people = dict(people_of(one, cohort))
    for person_id, firm_id in people.items():
        values = {
            "org_id": one.org_id,
            "round_id": one.id,
            "person_id": person_id,
            "firm_id": firm_id,
            "answered": False,
        }
        db.session.execute(insert(RoundInvitation).values(values).on_conflict_do_nothing())
    one.state = RoundState.open
    remind_at = one.closes_at - REMIND_BEFORE
    one.remind_at = remind_at if remind_at > now else None
    _tell(one, list(people), reminder=False)


def _tell(one: QuestionnaireRound, people: list[int], *, reminder: bool) -> None:
    for start in range(0, len(people), LETTERS):
        ids = people[start : start + LETTERS]
        enqueue(tell_of_round, org_id=one.org_id, round_id=one.id, person_ids=ids, reminder=reminder)


@tenant_job("tell_of_round")
def tell_of_round(*, org_id: int, round_id: int, person_ids: list[int], reminder: bool) -> None:
    """Whoever has answered meanwhile is left in peace."""
    now, one = clock.now(), db.session.get_one(QuestionnaireRound, (org_id, round_id))
    if one.state is not RoundState.open or one.closes_at <= now:
        return
    cohort = db.session.get_one(Cohort, (org_id, one.cohort_id))
    programme = db.session.get_one(Programme, (org_id, cohort.programme_id))
    for asked in db.session.scalars(
        sa.select(RoundInvitation).where(
            RoundInvitation.org_id == org_id,
            RoundInvitation.round_id == round_id,
            RoundInvitation.person_id.in_(person_ids),
            RoundInvitation.answered.is_(False),
        )
    ).all():
        reader = db.session.get_one(Person, asked.person_id)
        firm = db.session.get_one(Organisation, asked.firm_id)
        token = make_link(
            new_id(),
            org_id=asked.firm_id,
            person_id=asked.person_id,
            purpose=ANSWER_ROUND,
            subject=(org_id, round_id),
            expires_at=one.closes_at,
        )
        queue_letter(
            "questionnaire_asked",
            org_id=asked.firm_id,
            person_id=asked.person_id,
            now=now,
            data={
                "programme": programme.name(reader.locale or "en"),
                "url": f"/links/{token}",
                "due_at": (one.closes_at - timedelta(minutes=1)).isoformat(),
                "anonymous": int(one.anonymous),
                "reminder": int(reminder),
            },
            path=f"/{firm.slug}/questionnaires/{round_id}",
        )
    db.session.commit()


@tenant_job("turn_rounds_of_organisation", on="questionnaires.due")
def turn_rounds_of_organisation(*, org_id: int) -> None:
    now = clock.now()
    due = (
        sa.select(QuestionnaireRound)
        .where(
            QuestionnaireRound.org_id == org_id,
            QuestionnaireRound.state.in_((RoundState.planned, RoundState.open)),
            QuestionnaireRound.opens_at <= now,
        )
        .order_by(QuestionnaireRound.id)
        .with_for_update()
    )
    for one in db.session.scalars(due).all():
        if one.closes_at <= now:
            if one.state is RoundState.planned:
                one.state = RoundState.cancelled
            else:
                db.session.scalar(sa.select(sa.func.close_round(org_id, one.id, now)))
        elif one.state is RoundState.planned:
            open_round(one, now)
        elif one.remind_at is not None and one.remind_at <= now:
            one.remind_at = None
            waiting = db.session.scalars(
                sa.select(RoundInvitation.person_id).where(
                    RoundInvitation.org_id == org_id,
                    RoundInvitation.round_id == one.id,
                    RoundInvitation.answered.is_(False),
                )
            ).all()
            _tell(one, list(waiting), reminder=True)
    db.session.commit()


@clock_job("turn_clock_of_rounds", "*/10 * * * *")
def turn_clock_of_rounds() -> None:
    for org_id in db.session.scalars(sa.select(sa.func.organisations_with_due_rounds(clock.now()))).all():
        enqueue(turn_rounds_of_organisation, org_id=org_id, once=f"turn_rounds_of_organisation {org_id}")
