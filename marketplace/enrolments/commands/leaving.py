"""Ways out, each explained: withdrawn, left early, between employers, no answer in time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.enrolments.eligibility import Profile, obstacles
from marketplace.enrolments.letters import tell_person
from marketplace.enrolments.models import DepartureReason
from marketplace.enrolments.moves import expect, locked, move, room
from marketplace.enrolments.policy import may_decide
from marketplace.enrolments.words import room_sentence
from marketplace.programmes.doors import kept_out
from marketplace.programmes.models import ON_THE_WAY, Cohort, Enrolment, EnrolmentState
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused

BATCH = 200


def withdraw(*, acting: Acting, enrolment: Enrolment, now: datetime) -> None:
    """The person takes back their way in. Raises ``Refused`` once they are in: then they leave instead."""
    one = locked(enrolment)
    if one.person_id != acting.person_id:
        raise Forbidden(_("Only the person themselves may withdraw."))
    expect(one, *ON_THE_WAY)
    move(one, EnrolmentState.withdrawn, now, reason="withdrawn")
    db.session.commit()


def withdraw_nomination(*, acting: Acting, seen: CohortSeen, enrolment: Enrolment, now: datetime) -> None:
    """HR takes back a nomination that is not decided yet; the person is told."""
    one = locked(enrolment)
    if not (acting.coordinates and one.firm_id == acting.org_id and one.person_id != acting.person_id):
        raise Forbidden(_("Only those who look after the employer’s people may withdraw a nomination."))
    if one.nominated_by_id is None:
        raise Refused(_("This person has applied themselves, so only they can withdraw."))
    expect(one, *ON_THE_WAY)
    move(one, EnrolmentState.withdrawn, now, reason="nomination_withdrawn", by=acting.person_id)
    record(
        "enrolment.nomination_withdrawn",
        org_ids=[acting.org_id],
        now=now,
        subject=("enrolment", one.id),
        actor=(acting.person_id, acting.person_name),
    )
    db.session.commit()


def drop_out(*, acting: Acting, enrolment: Enrolment, words: str, now: datetime) -> None:
    """The person leaves early, which is no fault; ``words`` are read by those who run the cohort alone."""
    one = locked(enrolment)
    if one.person_id != acting.person_id:
        raise Forbidden(_("Only the person themselves may leave."))
    expect(one, EnrolmentState.enrolled)
    move(one, EnrolmentState.dropped_out, now, reason="dropped_out")
    if words.strip():
        db.session.add(
            DepartureReason(
                org_id=one.org_id,
                enrolment_id=one.id,
                person_id=acting.person_id,
                words=words.strip(),
                said_at=now,
            )
        )
    db.session.commit()


def note_departure(*, acting: Acting, seen: CohortSeen, enrolment: Enrolment, words: str, now: datetime) -> None:
    """Those who run it note that somebody has left early; ``words`` explain it to the person."""
    one = locked(enrolment)
    if not may_decide(acting, seen, one):
        raise Forbidden(_("Those who run the cohort note it, and nobody about themselves."))
    expect(one, EnrolmentState.enrolled)
    move(one, EnrolmentState.dropped_out, now, reason="noted_by_runner", answer=words.strip(), by=acting.person_id)
    record(
        "enrolment.departure_noted",
        org_ids=[acting.org_id],
        now=now,
        subject=("enrolment", one.id),
        actor=(acting.person_id, acting.person_name),
    )
    db.session.commit()


def leave_firm(*, org_id: int, enrolment_id: int, firm_id: int, now: datetime) -> None:
    """A job of the organisation that runs it: the person has left ``firm_id``.

    On the way in it ends. Who takes part in a company's own programme leaves it; in any other they stay, between employers,
    until a new one that takes part takes them up (``continue_for``).
    """
    one = db.session.get(Enrolment, (org_id, enrolment_id), with_for_update=True, populate_existing=True)
    if one is None or one.firm_id != firm_id:
        return
    if one.state in ON_THE_WAY:
        move(one, EnrolmentState.withdrawn, now, reason="left_firm")
    elif one.state is EnrolmentState.enrolled and org_id == firm_id:
        move(one, EnrolmentState.dropped_out, now, reason="left_firm")
    elif one.state is EnrolmentState.enrolled:
        tell_person(one, "lost_firm", now)
        one.firm_id, one.updated_at = None, now
    db.session.commit()


def continue_for(*, acting: Acting, seen: CohortSeen, enrolment: Enrolment, profile: Profile, now: datetime) -> None:
    """Somebody between employers goes on for the organisation they act in now.

    Raises ``Refused`` when it does not take part, its quota is used up, or the rules of eligibility speak against it; the
    person stays in, between employers. Whether pairs of one firm arise is looked at by the matching
    (``enrolment.changed_firm``).
    """
    one = locked(enrolment)
    if one.person_id != acting.person_id:
        raise Forbidden(_("Only the person themselves may go on."))
    expect(one, EnrolmentState.enrolled)
    if one.firm_id is not None:
        raise Refused(_("You take part for an organisation already."))
    if acting.org_id not in seen.cohort.parties:
        raise Refused(
            _("%(org)s does not take part in this programme. Ask those who run it to invite it.", org=acting.org_name)
        )
    if against := obstacles(seen.cohort.modalities, one.side, profile):
        raise Refused(" ".join(against))
    if (full := room(seen.cohort, acting.org_id, one.side)) in ("firm_full", "unbalanced"):
        raise Refused(" ".join([room_sentence(full), _("You stay in. Ask those who run the programme for one more.")]))
    if kept := kept_out(seen.cohort, one.side, one.person_id):
        raise Refused(kept)
    one.firm_id, one.updated_at = acting.org_id, now
    db.session.flush()
    jobs.announce("enrolment.changed_firm", org_id=one.org_id, enrolment_id=one.id)
    db.session.commit()


def end_for_firm(*, org_id: int, programme_id: int, firm_id: int, now: datetime) -> int:
    """A job of the organisation that runs it: ``firm_id`` has left the programme.

    Who is in stays to the end; who was on the way is told that it ends. Returns how many ended.
    """
    found = db.session.scalars(
        sa.select(Enrolment)
        .join(Cohort, sa.and_(Cohort.org_id == Enrolment.org_id, Cohort.id == Enrolment.cohort_id))
        .where(
            Enrolment.org_id == org_id,
            Enrolment.firm_id == firm_id,
            Enrolment.state.in_(ON_THE_WAY),
            Cohort.programme_id == programme_id,
        )
        .order_by(Enrolment.id)
        .with_for_update(of=Enrolment)
    ).all()
    for one in found:
        move(one, EnrolmentState.withdrawn, now, reason="firm_left")
    db.session.commit()
    return len(found)


def expire_due(*, org_id: int, now: datetime) -> int:
    """The clock's: one batch of those whose time for an answer is over; each once, however many workers. Commits."""
    due = db.session.scalars(
        sa.select(Enrolment)
        .where(
            Enrolment.org_id == org_id,
            Enrolment.due_at <= now,
            Enrolment.state.in_((EnrolmentState.nominated, EnrolmentState.awaiting_employer)),
        )
        .order_by(Enrolment.due_at, Enrolment.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for one in due:
        silent = one.state is EnrolmentState.awaiting_employer
        move(one, EnrolmentState.expired, now, reason="employer_silent" if silent else "no_answer")
    db.session.commit()
    return len(due)
