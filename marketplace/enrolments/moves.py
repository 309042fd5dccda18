"""From one state to the next: what is written with every step, and what may follow what."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import Cohort, CohortPhase, CohortState, Enrolment, EnrolmentState
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.errors import Refused

ANSWER_WITHIN = timedelta(days=14)
"""How long somebody who is nominated, or an employer, has for an answer; both are told the day."""

OVER = frozenset(
    {
        EnrolmentState.completed,
        EnrolmentState.declined,
        EnrolmentState.refused,
        EnrolmentState.withdrawn,
        EnrolmentState.dropped_out,
        EnrolmentState.expired,
    }
)

NEXT: dict[EnrolmentState, frozenset[EnrolmentState]] = {
    EnrolmentState.nominated: frozenset(
        {
            EnrolmentState.awaiting_decision,
            EnrolmentState.enrolled,
            EnrolmentState.waiting,
            EnrolmentState.declined,
            EnrolmentState.withdrawn,
            EnrolmentState.expired,
        }
    ),
    EnrolmentState.awaiting_employer: frozenset(
        {
            EnrolmentState.awaiting_decision,
            EnrolmentState.enrolled,
            EnrolmentState.waiting,
            EnrolmentState.refused,
            EnrolmentState.withdrawn,
            EnrolmentState.expired,
        }
    ),
    EnrolmentState.awaiting_decision: frozenset(
        {
            EnrolmentState.enrolled,
            EnrolmentState.waiting,
            EnrolmentState.refused,
            EnrolmentState.withdrawn,
            EnrolmentState.expired,
        }
    ),
    EnrolmentState.waiting: frozenset(
        {EnrolmentState.enrolled, EnrolmentState.refused, EnrolmentState.withdrawn, EnrolmentState.expired}
    ),
    EnrolmentState.enrolled: frozenset(
        {EnrolmentState.completed, EnrolmentState.dropped_out, EnrolmentState.withdrawn}
    ),
}
"""What may follow; what is over stays so, and coming back is a row of its own."""


def locked(one: Enrolment) -> Enrolment:
    """The same row as it is now, locked until the commit."""
    key = (one.org_id, one.id)
    return db.session.get_one(Enrolment, key, with_for_update=True, populate_existing=True)


def expect(one: Enrolment, *states: EnrolmentState) -> None:
    """Raises ``Refused`` when it stands elsewhere by now."""
    if one.state not in states:
        raise Refused(_("It stands elsewhere by now. Open it again to see what is to be done."))


def move(
    one: Enrolment,
    state: EnrolmentState,
    now: datetime,
    *,
    reason: str = "",
    answer: str = "",
    by: int | None = None,
    within: timedelta | None = None,
) -> None:
    """Write the step, and tell whoever listens; the letter follows the commit. Raises ``ValueError`` for one that is none."""
    if state not in NEXT.get(one.state, frozenset()):
        raise ValueError(f"{one.state} is not followed by {state}")
    one.state, one.reason, one.answer = state, reason, answer
    one.state_at, one.updated_at, one.nudged_at = now, now, None
    one.due_at = now + within if within else None
    if by is not None:
        one.decided_by_id = by
    if state is EnrolmentState.enrolled:
        one.enrolled_at = now
    if state in OVER:
        one.ended_at = now
    db.session.flush()
    jobs.announce("enrolment.moved", org_id=one.org_id, enrolment_id=one.id, state=state.value)
    if state is EnrolmentState.enrolled:
        jobs.announce("enrolment.enrolled", org_id=one.org_id, enrolment_id=one.id)
    elif state in OVER:
        jobs.announce("enrolment.ended", org_id=one.org_id, enrolment_id=one.id)


def room(cohort: Cohort, firm_id: int | None, side: Side) -> str:
    """ "" when one more may come in, else what is full (see ``words.ROOM``). Holds the cohort's lock until the commit."""
    if firm_id is None:
        return "lost_firm"
    return str(db.session.scalar(sa.select(sa.func.enrolment_room(cohort.org_id, cohort.id, firm_id, side.value))))


def takes_in(cohort: Cohort) -> None:
    """Raises ``Refused`` unless the cohort is open and has not begun to close."""
    if cohort.state is not CohortState.open:
        raise Refused(_("This cohort takes nobody in now."))
    closing = db.session.get(CohortPhase, (cohort.org_id, cohort.id, Phase.closing))
    if closing is not None and closing.opened_at is not None:
        raise Refused(_("This cohort is closing and takes nobody in. The next one will."))


def settle(one: Enrolment, cohort: Cohort, now: datetime) -> None:
    """After the person and the employer said yes: to those who run it; in the informal form straight in, or to wait."""
    if cohort.form is not Form.informal:
        move(one, EnrolmentState.awaiting_decision, now)
    elif room(cohort, one.firm_id, one.side) == "":
        move(one, EnrolmentState.enrolled, now)
    else:
        move(one, EnrolmentState.waiting, now)
