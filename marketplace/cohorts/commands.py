"""What those who run a programme do with its cohorts, and what the clock does for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.cohorts import timeline
from marketplace.programmes.modalities import Modalities, Phase, Side
from marketplace.programmes.models import (
    COUNTED,
    ON_THE_WAY,
    Cohort,
    CohortPhase,
    CohortState,
    Enrolment,
    EnrolmentState,
    Programme,
    ProgrammeState,
)
from marketplace.programmes.policy import may_run_programmes
from marketplace.programmes.queries import phases_of
from marketplace.programmes.words import PHASES
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused


def create_cohort(*, acting: Acting, programme: Programme, launch_on: date, is_pilot: bool, now: datetime) -> Cohort:
    """The next intake, as a draft, with its phases on the days of the programme's timeline.

    Raises ``Forbidden`` to whoever does not run programmes here, ``Refused`` for an archived programme.
    """
    if programme.org_id != acting.org_id or not may_run_programmes(acting):
        raise Forbidden(_("Only those who run the programme may make a cohort of it."))
    if programme.state is ProgrammeState.archived:
        raise Refused(_("The programme is archived. Clone it, and make the cohort of the new one."))
    last = db.session.scalar(
        sa.select(sa.func.max(Cohort.ordinal)).where(
            Cohort.org_id == programme.org_id, Cohort.programme_id == programme.id
        )
    )
    cohort = Cohort(
        org_id=programme.org_id,
        id=new_id(),
        programme_id=programme.id,
        ordinal=(last or 0) + 1,
        is_pilot=is_pilot,
        form=programme.form,
        state=CohortState.draft,
        choices=programme.choices,
        launch_on=launch_on,
        created_by_id=acting.person_id,
        created_at=now,
        updated_at=now,
    )
    db.session.add(cohort)
    try:
        db.session.flush()
    except IntegrityError:
        raise Refused(_("Somebody has just made a cohort of this programme. Look at it first.")) from None
    modalities = programme.modalities
    by_hand = {timing.phase: timing.by == "hand" for timing in modalities.timeline}
    for phase, day in timeline.planned_days(modalities, launch_on).items():
        db.session.add(
            CohortPhase(org_id=cohort.org_id, cohort_id=cohort.id, phase=phase, starts_on=day, by_hand=by_hand[phase])
        )
    _log("cohort.created", acting, cohort, now)
    db.session.commit()
    return cohort


def open_cohort(*, acting: Acting, cohort: Cohort, programme: Programme, now: datetime) -> None:
    """From now on it is seen by those who take part, and its phases move. Raises ``Refused`` unless it is a draft."""
    one = _locked(cohort)
    if one.state is not CohortState.draft:
        raise Refused(_("This cohort is open already, or over."))
    if programme.state is not ProgrammeState.open:
        raise Refused(_("The programme is still a draft. Open it first, then this cohort."))
    if not programme.parties:
        raise Refused(_("Nobody takes part yet. Invite organisations to the programme first."))
    one.state, one.updated_at = CohortState.open, now
    db.session.flush()
    jobs.announce("cohort.opened", org_id=one.org_id, cohort_id=one.id)
    _open_due(one, now)
    _log("cohort.opened", acting, one, now)
    db.session.commit()


def open_phase(*, acting: Acting, cohort: Cohort, phase: Phase, then: str, now: datetime) -> None:
    """Open a phase by hand; those between it and the present one are left out, and the present one closes.

    ``then``: what becomes of those who have not answered: "carry" leaves them their time, "remind" writes to them as well,
    "close" ends it for them with an explanation. Whoever awaits a decision is never ended.
    Raises ``Refused`` for a phase that has begun or lies behind.
    """
    one = _locked(cohort)
    if one.state is not CohortState.open:
        raise Refused(_("Open the cohort first. Its phases begin after that."))
    phases = phases_of(one)
    target = next((each for each in phases if each.phase is phase), None)
    if target is None:
        raise Refused(_("This cohort has no such phase."))
    begun = [number for number, each in enumerate(phases) if each.opened_at is not None]
    if target.opened_at is not None or (begun and phases.index(target) < begun[-1]):
        raise Refused(
            _(
                "%(phase)s is behind you, and a phase is not opened again. Late comers are nominated, apply and are taken in"
                " until the closing.",
                phase=PHASES[phase],
            )
        )
    for between in phases[: phases.index(target)]:
        if between.opened_at is None and between.skipped_at is None:
            between.skipped_at = now
    _begin(one, phases, target, now)
    if then == "close":
        _end(
            one, (EnrolmentState.nominated, EnrolmentState.awaiting_employer), EnrolmentState.expired, "phase_over", now
        )
    elif then == "remind":
        _remind(one, now)
    _log("cohort.phase_opened", acting, one, now)
    db.session.commit()


def change_timeline(
    *, acting: Acting, cohort: Cohort, days: Mapping[Phase, date], by_hand: frozenset[Phase], now: datetime
) -> None:
    """Other days for phases that have not begun. Raises ``Refused`` when they are out of order."""
    one = _locked(cohort)
    phases = phases_of(one)
    if wrong := timeline.faults(phases, days):
        raise Refused(next(iter(wrong.values())))
    if one.state not in (CohortState.draft, CohortState.open):
        raise Refused(_("This cohort is over; its days stay."))
    for each in phases:
        if each.opened_at is None:
            each.starts_on, each.by_hand = days[each.phase], each.phase in by_hand
        if each.phase is Phase.launch:
            one.launch_on = each.starts_on
    one.updated_at = now
    _log("cohort.timeline_changed", acting, one, now)
    db.session.commit()


def change_settings(
    *,
    acting: Acting,
    cohort: Cohort,
    is_pilot: bool,
    numbers: Mapping[str, int | None],
    now: datetime,
) -> dict[str, str]:
    """Pilot or not, and how many: ``numbers`` by "places_mentors", "places_mentees", "quota_mentors", "quota_mentees".

    What is below the number of those who are in is not written: the sentences by name say so, and nothing changes.
    """
    one = _locked(cohort)
    if one.state not in (CohortState.draft, CohortState.open):
        raise Refused(_("This cohort is over; its settings stay."))
    if wrong := _too_few(one, numbers):
        db.session.rollback()
        return wrong
    old = one.modalities
    chosen = old.model_copy(
        update={
            "mentors": old.mentors.model_copy(update={"places": numbers["places_mentors"]}),
            "mentees": old.mentees.model_copy(update={"places": numbers["places_mentees"]}),
            "quota": old.quota.model_copy(
                update={"mentors": numbers["quota_mentors"], "mentees": numbers["quota_mentees"]}
            ),
        }
    )
    one.choices = Modalities.model_validate(chosen.model_dump()).model_dump(mode="json")
    one.is_pilot, one.updated_at = is_pilot, now
    db.session.flush()
    # There may be room for somebody who waits.
    jobs.announce("place.perhaps_free", org_id=one.org_id, cohort_id=one.id)
    _log("cohort.settings_changed", acting, one, now)
    db.session.commit()
    return {}


def close_cohort(*, acting: Acting, cohort: Cohort, now: datetime) -> None:
    """It is over: who takes part has completed it, who was on the way is told that it did not come to them."""
    one = _locked(cohort)
    if one.state is not CohortState.open:
        raise Refused(_("Only an open cohort is closed."))
    _end(one, tuple(ON_THE_WAY), EnrolmentState.expired, "cohort_closed", now)
    _end(one, (EnrolmentState.enrolled,), EnrolmentState.completed, "", now)
    _over(acting, one, CohortState.closed, now)


def cancel_cohort(*, acting: Acting, cohort: Cohort, now: datetime) -> None:
    """It does not take place. Everybody in it or on the way is told; a draft goes without a word."""
    one = _locked(cohort)
    if one.state not in (CohortState.open, CohortState.draft):
        raise Refused(_("This cohort is over already."))
    counted = (*sorted(ON_THE_WAY), EnrolmentState.enrolled)
    _end(one, counted, EnrolmentState.withdrawn, "cohort_cancelled", now)
    _over(acting, one, CohortState.cancelled, now)


def open_due_phases(*, org_id: int, now: datetime) -> int:
    """The clock's: every phase whose day has come, in its order, in the open cohorts of one organisation; how many.

    A cohort is claimed by its lock, and looked at again under it: once, however many workers, however late. One that is to be
    opened by hand holds up those behind it, for nothing is left out without somebody's word. Commits cohort by cohort.
    """
    today, opened = now.date(), 0
    due = db.session.scalars(
        sa.select(Cohort.id)
        .join(CohortPhase, sa.and_(CohortPhase.org_id == Cohort.org_id, CohortPhase.cohort_id == Cohort.id))
        .where(
            Cohort.org_id == org_id,
            Cohort.state == CohortState.open,
            CohortPhase.by_hand.is_(False),
            CohortPhase.opened_at.is_(None),
            CohortPhase.skipped_at.is_(None),
            CohortPhase.starts_on <= today,
        )
        .distinct()
    ).all()
    for cohort_id in due:
        cohort = db.session.get_one(Cohort, (org_id, cohort_id), with_for_update=True, populate_existing=True)
        if cohort.state is CohortState.open:
            opened += _open_due(cohort, now)
        db.session.commit()
    return opened


def _open_due(cohort: Cohort, now: datetime) -> int:
    db.session.expire_all()
    phases, opened = phases_of(cohort), 0
    while (following := timeline.next_phase(phases)) and not following.by_hand and following.starts_on <= now.date():
        _begin(cohort, phases, following, now)
        opened += 1
    return opened


def _begin(cohort: Cohort, phases: Sequence[CohortPhase], target: CohortPhase, now: datetime) -> None:
    for one in phases:
        if one.opened_at is not None and one.closed_at is None:
            one.closed_at = now
    target.opened_at, target.skipped_at = now, None
    db.session.flush()
    jobs.announce("cohort.phase_opened", org_id=cohort.org_id, cohort_id=cohort.id, phase=target.phase.value)


def _end(cohort: Cohort, states: tuple[EnrolmentState, ...], to: EnrolmentState, reason: str, now: datetime) -> None:
    ended = db.session.scalars(
        sa.update(Enrolment)
        .where(Enrolment.org_id == cohort.org_id, Enrolment.cohort_id == cohort.id, Enrolment.state.in_(states))
        .values(
            state=to,
            reason=reason,
            due_at=None,
            ended_at=now,
            state_at=now,
            updated_at=now,
            version=Enrolment.version + 1,
        )
        .returning(Enrolment.id),
        execution_options={"synchronize_session": False},
    ).all()
    for start in range(0, len(ended), LETTERS):
        jobs.announce(
            "enrolments.ended_together", org_id=cohort.org_id, enrolment_ids=list(ended[start : start + LETTERS])
        )


LETTERS = 50
"""People that one job writes to, in one transaction."""
MOST_REMINDED = 500


def _remind(cohort: Cohort, now: datetime) -> None:
    waiting = (EnrolmentState.nominated, EnrolmentState.awaiting_employer)
    found = db.session.scalars(
        sa.select(Enrolment.id)
        .where(
            Enrolment.org_id == cohort.org_id,
            Enrolment.cohort_id == cohort.id,
            Enrolment.state.in_(waiting),
            Enrolment.nudged_at.is_(None),
        )
        .limit(MOST_REMINDED)
        .with_for_update()
    ).all()
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.org_id == cohort.org_id, Enrolment.id.in_(found))
        .values(nudged_at=now, version=Enrolment.version + 1),
        execution_options={"synchronize_session": False},
    )
    for enrolment_id in found:
        jobs.announce("enrolment.nudged", org_id=cohort.org_id, enrolment_id=enrolment_id)


def _over(acting: Acting, cohort: Cohort, state: CohortState, now: datetime) -> None:
    cohort.state, cohort.updated_at = state, now
    for one in phases_of(cohort):
        if one.opened_at is not None and one.closed_at is None:
            one.closed_at = now
    db.session.flush()
    jobs.announce(f"cohort.{state.value}", org_id=cohort.org_id, cohort_id=cohort.id)
    _log(f"cohort.{state.value}", acting, cohort, now)
    db.session.commit()


def _too_few(cohort: Cohort, numbers: Mapping[str, int | None]) -> dict[str, str]:
    """By name, where a number is below those who are in: of the whole cohort, or of the firm with most."""
    rows = db.session.execute(
        sa.select(Enrolment.firm_id, Enrolment.side, sa.func.count())
        .where(
            Enrolment.org_id == cohort.org_id,
            Enrolment.cohort_id == cohort.id,
            Enrolment.state.in_(COUNTED - ON_THE_WAY),
        )
        .group_by(Enrolment.firm_id, Enrolment.side)
    ).all()
    wrong: dict[str, str] = {}
    for name, sides in (("mentors", (Side.mentor,)), ("mentees", (Side.mentee, Side.peer))):
        here = [number for _firm, side, number in rows if side in sides]
        for key, already in ((f"places_{name}", sum(here)), (f"quota_{name}", max(here, default=0))):
            wanted = numbers[key]
            if wanted is not None and wanted < already:
                wrong[key] = _("%(number)s are in already. Choose as many or more.", number=already)
    return wrong


def _locked(cohort: Cohort) -> Cohort:
    return db.session.get_one(Cohort, (cohort.org_id, cohort.id), with_for_update=True, populate_existing=True)


def _log(verb: str, acting: Acting, cohort: Cohort, now: datetime, **data: Any) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("cohort", cohort.id),
        actor=(acting.person_id, acting.person_name),
        data=data,
    )
