"""Ways in: a firm nominates, the person answers; or the person applies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.enrolments.eligibility import Profile, obstacles
from marketplace.enrolments.models import ManagerView
from marketplace.enrolments.moves import ANSWER_WITHIN, expect, locked, move, settle, takes_in
from marketplace.enrolments.policy import may_nominate
from marketplace.programmes.doors import kept_out
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import (
    COUNTED,
    Cohort,
    Enrolment,
    EnrolmentState,
    ProgrammeParty,
    WayIn,
)
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.links import spend_link


def nominate(
    *,
    acting: Acting,
    seen: CohortSeen,
    profile: Profile,
    side: Side,
    now: datetime,
    replaces_id: int | None = None,
    confirmed: Sequence[str] = (),
) -> Enrolment:
    """One of one's own people is asked whether they wish to take part.

    Raises ``Forbidden`` to whoever does not look after them, ``Refused`` with the reason when they are not eligible, are in
    or on the way already, or the organisation's quota is used up.
    """
    one = nominate_within(acting, seen, profile, side, now, replaces_id, confirmed)
    db.session.commit()
    return one


def nominate_many(*, acting: Acting, seen: CohortSeen, chosen: Sequence[tuple[Profile, Side]], now: datetime) -> int:
    """A whole list, or nobody. Raises as ``nominate`` does, at the first that cannot be."""
    for profile, side in chosen:
        nominate_within(acting, seen, profile, side, now, None, ())
    db.session.commit()
    return len(chosen)


def nominate_within(
    acting: Acting,
    seen: CohortSeen,
    profile: Profile,
    side: Side,
    now: datetime,
    replaces_id: int | None,
    confirmed: Sequence[str],
) -> Enrolment:
    """A nomination in the present transaction; raises as ``nominate`` does."""
    cohort = seen.cohort
    if not may_nominate(acting, seen) or profile.org_id != acting.org_id:
        raise Forbidden(_("Only those who look after people of an organisation that takes part may nominate them."))
    takes_in(cohort)
    if "nomination" not in cohort.modalities.ways_in:
        raise Refused(_("Nobody is nominated for this programme: people apply themselves."))
    _may_come(cohort, side, profile)
    if left := _quota_used(cohort, acting.org_id, side):
        raise Refused(left)
    one = _new(cohort, acting.org_id, profile.person_id, side, WayIn.nomination, EnrolmentState.nominated, now)
    one.nominated_by_id, one.due_at = acting.person_id, now + ANSWER_WITHIN
    one.replaces_id, one.confirmed = _replaced(cohort, replaces_id), list(confirmed)
    _add(one)
    jobs.announce("enrolment.moved", org_id=one.org_id, enrolment_id=one.id, state=one.state.value)
    record(
        "enrolment.nominated",
        org_ids=[acting.org_id],
        now=now,
        subject=("enrolment", one.id),
        actor=(acting.person_id, acting.person_name),
        data={"name": profile.name},
        people={"name": profile.person_id},
    )
    return one


def answer_nomination(
    *,
    acting: Acting,
    cohort: Cohort,
    enrolment: Enrolment,
    agreed: bool,
    words: str,
    now: datetime,
    link: bytes | None = None,
) -> None:
    """The person says whether they wish to take part; with or without a reason, which those who nominated them read.

    Raises ``Refused`` when it is not asked any more.
    """
    one = locked(enrolment)
    if one.person_id != acting.person_id:
        raise Forbidden(_("Only the person themselves may answer."))
    expect(one, EnrolmentState.nominated)
    spend_link(link, now)
    if agreed:
        takes_in(cohort)
        one.consented_at = now
        settle(one, cohort, now)
    else:
        move(one, EnrolmentState.declined, now, reason="declined", answer=words.strip())
    db.session.commit()


def apply(
    *,
    acting: Acting,
    seen: CohortSeen,
    profile: Profile,
    side: Side,
    places: int,
    manager: str,
    now: datetime,
    confirmed: Sequence[str] = (),
) -> Enrolment:
    """A person asks to take part. The employer is asked next where the programme says so, then those who run it.

    ``manager``: the line manager's address at work, where the programme asks for their view. Raises ``Refused`` with what
    speaks against it.
    """
    cohort, modalities = seen.cohort, seen.cohort.modalities
    takes_in(cohort)
    if "application" not in modalities.ways_in:
        raise Refused(_("Nobody applies to this programme: organisations nominate their people. Ask yours."))
    if acting.org_id not in cohort.parties:
        raise Refused(_("Your organisation does not take part in this programme."))
    _may_come(cohort, side, profile)
    first = EnrolmentState.awaiting_employer if modalities.employer_approval else EnrolmentState.awaiting_decision
    one = _new(cohort, acting.org_id, acting.person_id, side, WayIn.application, first, now)
    one.consented_at, one.places, one.confirmed = now, places, list(confirmed)
    if first is EnrolmentState.awaiting_employer:
        one.due_at = now + ANSWER_WITHIN
    _add(one)
    if modalities.manager_view:
        ask_of(acting, one, manager, now)
    jobs.announce("enrolment.moved", org_id=one.org_id, enrolment_id=one.id, state=one.state.value)
    if first is EnrolmentState.awaiting_decision and cohort.form is Form.informal:
        settle(one, cohort, now)
    record(
        "enrolment.applied",
        org_ids=[acting.org_id],
        now=now,
        subject=("enrolment", one.id),
        actor=(acting.person_id, acting.person_name),
    )
    db.session.commit()
    return one


def ask_of(acting: Acting, one: Enrolment, address: str, now: datetime) -> None:
    """Put two questions to a colleague. Raises ``Refused`` for an address that nobody in the organisation has."""
    found = db.session.scalar(sa.select(sa.func.colleague_by_address(address)))
    if found is None:
        raise Refused(_("Nobody in your organisation has this address: %(address)s.", address=address))
    if found == one.person_id:
        raise Refused(_("Name your line manager, not yourself."))
    db.session.add(
        ManagerView(
            org_id=one.org_id,
            enrolment_id=one.id,
            cohort_id=one.cohort_id,
            firm_id=acting.org_id,
            person_id=one.person_id,
            manager_id=found,
            asked_by_id=acting.person_id,
            asked_at=now,
        )
    )
    db.session.flush()
    jobs.announce("manager.asked", org_id=one.org_id, enrolment_id=one.id)


def _may_come(cohort: Cohort, side: Side, profile: Profile) -> None:
    if side not in cohort.modalities.sides:
        raise Refused(_("Nobody takes part on this side."))
    if against := obstacles(cohort.modalities, side, profile):
        raise Refused(" ".join([_("%(name)s is not eligible.", name=profile.name), *against]))
    if sentence := kept_out(cohort, side, profile.person_id):
        raise Refused(sentence)


def _quota_used(cohort: Cohort, firm_id: int, side: Side) -> str:
    """Why a firm sends nobody more on this side, counting those on their way; "" when it may. Under the cohort's lock."""
    db.session.scalar(sa.select(sa.func.enrolment_room(cohort.org_id, cohort.id, firm_id, side.value)))
    party = db.session.get(ProgrammeParty, (cohort.org_id, cohort.programme_id, firm_id))
    quota = cohort.modalities.quota
    own, usual = (
        (party.max_mentors if party else None, quota.mentors)
        if side is Side.mentor
        else (party.max_mentees if party else None, quota.mentees)
    )
    most = own if own is not None else usual
    if most is None:
        return ""
    sides = (Side.mentor,) if side is Side.mentor else (Side.mentee, Side.peer)
    number = db.session.scalar(
        sa.select(sa.func.count()).where(
            Enrolment.org_id == cohort.org_id,
            Enrolment.cohort_id == cohort.id,
            Enrolment.firm_id == firm_id,
            Enrolment.side.in_(sides),
            Enrolment.state.in_(COUNTED - {EnrolmentState.waiting}),
        )
    )
    if (number or 0) < most:
        return ""
    return _(
        "Your quota is %(most)s, and as many are in or on their way. Withdraw a nomination, or ask those who run the programme.",
        most=most,
    )


def _replaced(cohort: Cohort, enrolment_id: int | None) -> int | None:
    if enrolment_id is None:
        return None
    found = db.session.get(Enrolment, (cohort.org_id, enrolment_id))
    if found is None or found.cohort_id != cohort.id or found.state in COUNTED:
        raise Refused(_("Only somebody who has left the cohort is replaced."))
    return found.id


def _new(
    cohort: Cohort, firm_id: int, person_id: int, side: Side, way_in: WayIn, state: EnrolmentState, now: datetime
) -> Enrolment:
    return Enrolment(
        org_id=cohort.org_id,
        id=new_id(),
        cohort_id=cohort.id,
        firm_id=firm_id,
        person_id=person_id,
        side=side,
        way_in=way_in,
        state=state,
        state_at=now,
        created_at=now,
        updated_at=now,
    )


def _add(one: Enrolment) -> None:
    counted = sa.select(Enrolment.id).where(
        Enrolment.org_id == one.org_id,
        Enrolment.cohort_id == one.cohort_id,
        Enrolment.person_id == one.person_id,
        Enrolment.side == one.side,
        Enrolment.state.in_(COUNTED),
    )
    again = Refused(_("This person is on this side of the cohort already, or on the way into it."))
    with db.session.no_autoflush:
        if db.session.scalar(counted.limit(1)) is not None:
            raise again
    try:
        with db.session.begin_nested():
            db.session.add(one)
            db.session.flush()
    except IntegrityError:
        raise again from None
