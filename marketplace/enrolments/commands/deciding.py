"""What others say: the employer, the line manager, and those who run the cohort."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.enrolments.commands.coming import ask_of
from marketplace.enrolments.models import ManagerView
from marketplace.enrolments.moves import expect, locked, move, room, settle, takes_in
from marketplace.enrolments.policy import may_answer_for_employer, may_decide
from marketplace.enrolments.queries import NUDGE_EVERY
from marketplace.enrolments.words import room_sentence
from marketplace.programmes.models import ON_THE_WAY, Cohort, CohortState, Enrolment, EnrolmentState
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.links import spend_link


def answer_for_employer(
    *,
    acting: Acting,
    cohort: Cohort,
    enrolment: Enrolment,
    approved: bool,
    words: str,
    now: datetime,
) -> None:
    """Somebody who looks after the person's employer's people says yes or no; ``words`` explain a no to the person.

    Raises ``Forbidden`` to everybody else, ``Refused`` when it is not asked any more.
    """
    one = locked(enrolment)
    if not may_answer_for_employer(acting, one):
        raise Forbidden(_("Only those who look after the employer’s people may answer for it."))
    expect(one, EnrolmentState.awaiting_employer)
    one.decided_by_id = acting.person_id
    if approved:
        takes_in(cohort)
        settle(one, cohort, now)
    else:
        move(one, EnrolmentState.refused, now, reason="not_approved", answer=words.strip(), by=acting.person_id)
    _log("enrolment.approved" if approved else "enrolment.not_approved", acting, one, now)
    db.session.commit()


def ask_manager(*, acting: Acting, enrolment: Enrolment, address: str, now: datetime) -> None:
    """HR, or the person, names the line manager by their address. Raises ``Refused`` when one has been asked already."""
    if enrolment.firm_id != acting.org_id:
        raise Forbidden(_("Only somebody of the same organisation can name the line manager."))
    if enrolment.state not in ON_THE_WAY:
        raise Refused(_("It is decided already, so nobody is asked any more."))
    if db.session.get(ManagerView, (enrolment.org_id, enrolment.id)) is not None:
        raise Refused(_("The line manager has been asked already."))
    try:
        ask_of(acting, enrolment, address, now)
    except IntegrityError:
        raise Refused(_("The line manager has been asked already.")) from None
    db.session.commit()


def answer_manager_view(
    *, acting: Acting, view: ManagerView, has_time: str, words: str, now: datetime, link: bytes | None = None
) -> None:
    """The line manager's view; once given it stays. Raises ``Refused`` when it has been given."""
    spend_link(link, now)
    kept = cast(
        sa.CursorResult[Any],
        db.session.execute(
            sa.update(ManagerView)
            .where(
                ManagerView.org_id == view.org_id,
                ManagerView.enrolment_id == view.enrolment_id,
                ManagerView.manager_id == acting.person_id,
                ManagerView.answered_at.is_(None),
            )
            .values(has_time=has_time, words=words.strip(), answered_at=now),
            execution_options={"synchronize_session": False},
        ),
    )
    if kept.rowcount != 1:
        raise Refused(_("Your view is kept already. HR and those who run the programme have it."))
    db.session.commit()


def take_in(*, acting: Acting, seen: CohortSeen, enrolment: Enrolment, now: datetime) -> None:
    """Decide that somebody takes part.

    Raises ``Refused`` where a place or a quota is missing, with the reason; ``Forbidden`` to whoever does not run it.
    """
    one = _to_decide(acting, seen, enrolment, EnrolmentState.awaiting_decision, EnrolmentState.waiting)
    takes_in(seen.cohort)
    if full := room(seen.cohort, one.firm_id, one.side):
        raise Refused(
            " ".join([room_sentence(full), _("Put them on the waiting list: they come in when a place frees.")])
        )
    move(one, EnrolmentState.enrolled, now, by=acting.person_id)
    _log("enrolment.taken_in", acting, one, now)
    db.session.commit()


def put_on_waiting_list(*, acting: Acting, seen: CohortSeen, enrolment: Enrolment, now: datetime) -> None:
    """They come in by themselves when a place frees, in the order of the list."""
    one = _to_decide(acting, seen, enrolment, EnrolmentState.awaiting_decision)
    takes_in(seen.cohort)
    move(one, EnrolmentState.waiting, now, by=acting.person_id)
    _log("enrolment.put_on_list", acting, one, now)
    jobs.announce("place.perhaps_free", org_id=one.org_id, cohort_id=one.cohort_id)
    db.session.commit()


def refuse(*, acting: Acting, seen: CohortSeen, enrolment: Enrolment, words: str, now: datetime) -> None:
    """Not this time; ``words`` explain it to the person and are never left out."""
    one = _to_decide(acting, seen, enrolment, EnrolmentState.awaiting_decision, EnrolmentState.waiting)
    if not words.strip():
        raise Refused(_("Explain it to the person in a sentence."))
    move(one, EnrolmentState.refused, now, reason="refused", answer=words.strip(), by=acting.person_id)
    _log("enrolment.refused", acting, one, now)
    db.session.commit()


def nudge(*, acting: Acting, seen: CohortSeen, enrolment_id: int, now: datetime) -> None:
    """One kind reminder to whoever is to answer, every three days at most.

    Raises ``Refused`` when nobody is waited for, or they were reminded within three days.
    """
    claimed = db.session.execute(
        sa.update(Enrolment)
        .where(
            Enrolment.org_id == seen.cohort.org_id,
            Enrolment.cohort_id == seen.cohort.id,
            Enrolment.id == enrolment_id,
            Enrolment.person_id != acting.person_id,
            Enrolment.state.in_(ON_THE_WAY - {EnrolmentState.waiting}),
            sa.or_(Enrolment.nudged_at.is_(None), Enrolment.nudged_at <= now - NUDGE_EVERY),
        )
        .values(nudged_at=now, version=Enrolment.version + 1)
        .returning(Enrolment.id),
        execution_options={"synchronize_session": False},
    ).first()
    if claimed is None:
        raise Refused(_("Nobody is waited for here, or they were reminded within the last three days."))
    jobs.announce("enrolment.nudged", org_id=seen.cohort.org_id, enrolment_id=enrolment_id)
    record(
        "enrolment.nudged",
        org_ids=[acting.org_id],
        now=now,
        subject=("enrolment", enrolment_id),
        actor=(acting.person_id, acting.person_name),
    )
    db.session.commit()


def take_from_waiting(*, org_id: int, cohort_id: int, now: datetime) -> int:
    """A job of the organisation that runs it: whoever waits comes in, in the order of the list, as far as there is room.

    Returns how many. Who has no room for reasons of their own firm does not hold up those behind them.
    """
    cohort = db.session.get(Cohort, (org_id, cohort_id))
    if cohort is None or cohort.state is not CohortState.open:
        return 0
    try:
        takes_in(cohort)
    except Refused:
        return 0
    waiting = db.session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.org_id == org_id, Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.waiting)
        .order_by(sa.func.coalesce(Enrolment.state_at, Enrolment.created_at), Enrolment.id)
        .with_for_update()
    ).all()
    taken = 0
    full: set[tuple[int | None, object]] = set()
    for one in waiting:
        key = (one.firm_id, one.side)
        if key in full or (None, one.side) in full:
            continue
        if word := room(cohort, one.firm_id, one.side):
            full.add((None, one.side) if word == "side_full" else key)
            continue
        move(one, EnrolmentState.enrolled, now)
        taken += 1
    db.session.commit()
    return taken


def _to_decide(acting: Acting, seen: CohortSeen, enrolment: Enrolment, *states: EnrolmentState) -> Enrolment:
    one = locked(enrolment)
    if not may_decide(acting, seen, one):
        raise Forbidden(_("Those who run the cohort decide, and nobody about themselves."))
    expect(one, *states)
    return one


def _log(verb: str, acting: Acting, one: Enrolment, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("enrolment", one.id),
        actor=(acting.person_id, acting.person_name),
    )
