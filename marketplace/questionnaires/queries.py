"""What a viewer may read of questionnaires: rounds they run, rounds they are asked in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort

from marketplace.enrolments.models import ManagerView
from marketplace.programmes.models import Enrolment, EnrolmentState
from marketplace.programmes.queries import CohortSeen
from marketplace.questionnaires.designs import Design
from marketplace.questionnaires.models import (
    Audience,
    QuestionnaireRound,
    QuestionnaireVersion,
    RoundInvitation,
    RoundResponse,
    RoundState,
)
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class RoundRun:
    """A round as those who run it see it: how many are asked, how many have answered, never who said what."""

    round: QuestionnaireRound
    asked: int
    answered: int


def rounds_of(seen: CohortSeen) -> Sequence[RoundRun]:
    """For those who run the cohort, the latest last; one statement."""
    if not seen.runs:
        return []
    counted = (
        sa.select(
            RoundInvitation.round_id,
            sa.func.count().label("asked"),
            sa.func.count().filter(RoundInvitation.answered).label("answered"),
        )
        .where(RoundInvitation.org_id == seen.cohort.org_id)
        .group_by(RoundInvitation.round_id)
        .subquery()
    )
    found = db.session.execute(
        sa.select(QuestionnaireRound, counted.c.asked, counted.c.answered)
        .outerjoin(counted, counted.c.round_id == QuestionnaireRound.id)
        .where(
            QuestionnaireRound.org_id == seen.cohort.org_id,
            QuestionnaireRound.cohort_id == seen.cohort.id,
            QuestionnaireRound.state != RoundState.cancelled,
        )
        .order_by(QuestionnaireRound.opens_at, QuestionnaireRound.id)
    )
    return [RoundRun(one, asked or 0, answered or 0) for one, asked, answered in found]


def people_today(seen: CohortSeen) -> dict[Audience, int]:
    """How many would be asked if a round opened now; nothing of an audience with nobody in it."""
    inside = sa.and_(
        Enrolment.org_id == seen.cohort.org_id,
        Enrolment.cohort_id == seen.cohort.id,
        Enrolment.state.in_((EnrolmentState.enrolled, EnrolmentState.completed)),
        Enrolment.firm_id.is_not(None),
    )
    people = sa.func.count(sa.distinct(Enrolment.person_id))
    sides = db.session.execute(sa.select(Enrolment.side, people).where(inside).group_by(Enrolment.side))
    found = {Audience(side.value): count for side, count in sides}
    managers = (
        sa.select(sa.func.count(sa.distinct(ManagerView.manager_id)))
        .join(Enrolment, sa.and_(Enrolment.org_id == ManagerView.org_id, Enrolment.id == ManagerView.enrolment_id))
        .where(inside)
    )
    firms = sa.func.unnest(sa.cast(sorted(set(seen.cohort.parties)), sa.ARRAY(sa.Integer))).column_valued("firm")
    partners = sa.select(sa.func.programme_coordinators(firms).label("partner")).subquery()
    found[Audience.manager] = db.session.scalar(managers) or 0
    found[Audience.hr_partner] = db.session.scalar(sa.select(sa.func.count(sa.distinct(partners.c.partner)))) or 0
    return {audience: count for audience, count in found.items() if count}


def round_run_or_404(seen: CohortSeen, round_id: int) -> QuestionnaireRound:
    found = (run.round for run in rounds_of(seen) if run.round.id == round_id)
    return next(found, None) or abort(404)


@dataclass(frozen=True, slots=True)
class Asked:
    """A round that the viewer is asked in. ``version``: what they are asked, as they began it."""

    round: QuestionnaireRound
    version: QuestionnaireVersion
    person_id: int
    answered: bool
    draft: RoundResponse | None

    @property
    def design(self) -> Design:
        return Design.model_validate(self.version.content)


def asked_or_404(viewer: Acting, round_id: int, version_id: int | None = None) -> Asked:
    """``version_id``: the one that a form was begun with; another than this questionnaire's is a 404."""
    row = db.session.execute(
        sa.select(QuestionnaireRound, RoundInvitation.answered)
        .join(
            RoundInvitation,
            sa.and_(
                RoundInvitation.org_id == QuestionnaireRound.org_id,
                RoundInvitation.round_id == QuestionnaireRound.id,
                RoundInvitation.person_id == viewer.person_id,
            ),
        )
        .where(
            QuestionnaireRound.id == round_id,
            QuestionnaireRound.state.in_((RoundState.open, RoundState.closed)),
        )
    ).one_or_none()
    if row is None:
        abort(404)
    one, answered = row
    draft = None
    if not one.anonymous:
        draft = db.session.get(RoundResponse, (one.org_id, one.id, viewer.person_id))
    wanted = version_id or (draft.version_id if draft else one.version_id)
    version = db.session.get(QuestionnaireVersion, (one.org_id, wanted)) or abort(404)
    current = db.session.get_one(QuestionnaireVersion, (one.org_id, one.version_id))
    same = ("programme_id", "moment", "audience", "anonymous")
    if any(getattr(version, name) != getattr(current, name) for name in same):
        abort(404)
    return Asked(one, version, viewer.person_id, answered, draft)
