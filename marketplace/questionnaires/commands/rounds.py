"""Planning a round, its days, calling it off and closing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.programmes.queries import CohortSeen
from marketplace.questionnaires.commands.designs import kept_version
from marketplace.questionnaires.designs import Design
from marketplace.questionnaires.models import Audience, Moment, QuestionnaireRound, RoundState
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused


@dataclass(frozen=True, slots=True)
class Plan:
    """From the beginning of ``opens_on`` to the end of ``closes_on``, by the clock of ``zone``."""

    moment: Moment
    audience: Audience
    opens_on: date
    closes_on: date
    zone: str
    anonymous: bool


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def plan_round(*, acting: Acting, seen: CohortSeen, plan: Plan, design: Design, now: datetime) -> QuestionnaireRound:
    """Raises ``Refused`` where these people of the cohort are asked at this moment already, or the time is over."""
    if not seen.runs:
        raise Forbidden(_("Only those who run the cohort send its questionnaires."))
    opens_at, closes_at = midnight(plan.opens_on, plan.zone), midnight(plan.closes_on + timedelta(days=1), plan.zone)
    if closes_at <= now:
        raise Refused(_("That time is over. Choose a last day that is still to come."))
    whom = (plan.moment, plan.audience)
    version = kept_version(acting=acting, seen=seen, whom=whom, design=design, anonymous=plan.anonymous, now=now)
    one = QuestionnaireRound(
        org_id=seen.cohort.org_id,
        id=new_id(),
        cohort_id=seen.cohort.id,
        version_id=version.id,
        anonymous=plan.anonymous,
        moment=plan.moment,
        audience=plan.audience,
        closes_on=plan.closes_on,
        zone=plan.zone,
        opens_at=opens_at,
        closes_at=closes_at,
        created_by_id=acting.person_id,
        created_at=now,
    )
    db.session.add(one)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Refused(_("These people are asked this already. Look at the round that is there.")) from None
    jobs.announce("questionnaires.due", org_id=one.org_id)
    _log("questionnaire.planned", acting, one, now)
    db.session.commit()
    return one


def move_round(
    *, acting: Acting, one: QuestionnaireRound, opens_on: date, closes_on: date, zone: str, now: datetime
) -> None:
    """Raises ``Refused`` once it has opened, or when the new days are over."""
    _hold(one)
    if one.state is not RoundState.planned:
        raise Refused(_("It has opened already, so its days stay as they are."))
    closes_at = midnight(closes_on + timedelta(days=1), zone)
    if closes_at <= now:
        raise Refused(_("That time is over. Choose a last day that is still to come."))
    one.opens_at, one.closes_at = midnight(opens_on, zone), closes_at
    one.closes_on, one.zone = closes_on, zone
    jobs.announce("questionnaires.due", org_id=one.org_id)
    _log("questionnaire.moved", acting, one, now)
    db.session.commit()


def _log(verb: str, acting: Acting, one: QuestionnaireRound, now: datetime) -> None:
    """Only what those who run it do: what somebody answers leaves no line."""
    record(
        verb,
        org_ids=[one.org_id],
        now=now,
        subject=("questionnaire", one.id),
        actor=(acting.person_id, acting.person_name),
    )


def _hold(one: QuestionnaireRound) -> None:
    """As it is now, and until the commit: the clock may have opened it meanwhile."""
    db.session.refresh(one, with_for_update=True)


def cancel_round(*, acting: Acting, one: QuestionnaireRound, now: datetime) -> None:
    """Raises ``Refused`` once it has opened: then it can only be closed."""
    _hold(one)
    if one.state is not RoundState.planned:
        raise Refused(_("It has opened already. Close it instead."))
    one.state = RoundState.cancelled
    _log("questionnaire.cancelled", acting, one, now)
    db.session.commit()


def close_round(*, acting: Acting, one: QuestionnaireRound, now: datetime) -> None:
    if not db.session.scalar(sa.select(sa.func.close_round(one.org_id, one.id, now))):
        raise Refused(_("It is not open."))
    _log("questionnaire.closed", acting, one, now)
    db.session.commit()
