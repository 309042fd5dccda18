"""Letters that follow a step, places that are given on, and what a change of employer means."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.enrolments import commands, letters, queries
from marketplace.enrolments.models import ManagerView
from marketplace.programmes.models import (
    Cohort,
    CohortState,
    Enrolment,
    EnrolmentState,
)
from tenants.affiliations.models import Affiliation
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import announce, enqueue, tenant_job

TOLD = frozenset(
    {
        EnrolmentState.enrolled,
        EnrolmentState.waiting,
        EnrolmentState.refused,
        EnrolmentState.expired,
        EnrolmentState.dropped_out,
        EnrolmentState.withdrawn,
        EnrolmentState.completed,
    }
)
OWN_ACTS = frozenset({"declined", "withdrawn", "dropped_out"})
"""What the person did themselves: they know, and whoever nominated them is told."""


@tenant_job("tell_of_enrolment", on="enrolment.moved")
def tell_of_enrolment(*, org_id: int, enrolment_id: int, state: str) -> None:
    """The letter of this step, unless the next one has been taken already."""
    one, now = db.session.get(Enrolment, (org_id, enrolment_id)), clock.now()
    if one is None or one.state.value != state:
        return
    if one.state is EnrolmentState.nominated:
        letters.ask_person(one, now)
    elif one.state is EnrolmentState.awaiting_employer and one.firm_id is not None:
        letters.write_to_coordinators("enrolment_to_approve", one, one.firm_id, now)
    elif one.reason in OWN_ACTS:
        if one.nominated_by_id is not None and one.firm_id is not None:
            letters.write_to_coordinators("enrolment_ended", one, one.firm_id, now, what=one.reason)
    elif one.state in TOLD:
        letters.tell_person(one, one.reason or one.state.value, now)
    db.session.commit()


@tenant_job("remind_of_enrolment", on="enrolment.nudged")
def remind_of_enrolment(*, org_id: int, enrolment_id: int) -> None:
    """Whoever's turn it is."""
    one, now = db.session.get(Enrolment, (org_id, enrolment_id)), clock.now()
    if one is None:
        return
    if one.state is EnrolmentState.nominated:
        letters.ask_person(one, now)
    elif one.state is EnrolmentState.awaiting_employer and one.firm_id is not None:
        letters.write_to_coordinators("enrolment_to_approve", one, one.firm_id, now)
    elif one.state is EnrolmentState.awaiting_decision:
        letters.write_to_coordinators("enrolment_to_decide", one, org_id, now)
    db.session.commit()


@tenant_job("ask_manager_for_view", on="manager.asked")
def ask_manager_for_view(*, org_id: int, enrolment_id: int) -> None:
    one = db.session.get(Enrolment, (org_id, enrolment_id))
    view = db.session.get(ManagerView, (org_id, enrolment_id))
    if one is not None and view is not None and view.answered_at is None:
        letters.ask_view(one, view.manager_id, view.firm_id, clock.now())
    db.session.commit()


@tenant_job("give_place_on", on="enrolment.ended")
def give_place_on(*, org_id: int, enrolment_id: int) -> None:
    """The next of the waiting list comes in; those who run the cohort read whether, and are offered to choose where not."""
    one, now = db.session.get(Enrolment, (org_id, enrolment_id)), clock.now()
    if one is None or db.session.get_one(Cohort, (org_id, one.cohort_id)).state is not CohortState.open:
        return
    taken = commands.take_from_waiting(org_id=org_id, cohort_id=one.cohort_id, now=now)
    if one.enrolled_at is not None and one.state is not EnrolmentState.completed:
        what = "taken" if taken else "choose" if queries.waits_on(org_id, one.cohort_id, one.side) else "nobody"
        letters.write_to_coordinators("enrolment_place_free", one, org_id, now, what=what)
    db.session.commit()


@tenant_job("fill_places", on="place.perhaps_free")
def fill_places(*, org_id: int, cohort_id: int) -> None:
    commands.take_from_waiting(org_id=org_id, cohort_id=cohort_id, now=clock.now())


@tenant_job("enrolment_of_leaver")
def enrolment_of_leaver(*, org_id: int, enrolment_id: int, firm_id: int) -> None:
    commands.leave_firm(org_id=org_id, enrolment_id=enrolment_id, firm_id=firm_id, now=clock.now())


@tenant_job("enrolments_of_leaver", on="affiliation.ended")
def enrolments_of_leaver(*, org_id: int, affiliation_id: int) -> None:
    """Each in a job of the organisation that keeps it."""
    tie = db.session.get(Affiliation, (org_id, affiliation_id))
    if tie is None:
        return
    rows = db.session.execute(
        sa.text("SELECT org_id, enrolment_id FROM enrolments_of_leaver(:firm, :person)"),
        {"firm": org_id, "person": tie.person_id},
    ).all()
    for keeper, enrolment_id in rows:
        enqueue(enrolment_of_leaver, org_id=keeper, enrolment_id=enrolment_id, firm_id=org_id)
    db.session.commit()


@tenant_job("enrolments_after_party_left", on="party.left")
def enrolments_after_party_left(*, org_id: int, programme_id: int, firm_id: int) -> None:
    """A firm takes part no longer in one programme (see ``programmes.parting``)."""
    commands.end_for_firm(org_id=org_id, firm_id=firm_id, programme_id=programme_id, now=clock.now())


MOST_BATCHES = 1000


@tenant_job("expire_enrolments", on="enrolments.due")
def expire_enrolments(*, org_id: int) -> None:
    for _ in range(MOST_BATCHES):
        if not commands.expire_due(org_id=org_id, now=clock.now()):
            return
    raise RuntimeError("expire_due leaves due what it has claimed")


@tenant_job("tell_ended_together", on="enrolments.ended_together")
def tell_ended_together(*, org_id: int, enrolment_ids: list[int]) -> None:
    """A cohort closed, was cancelled, or went on without those who did not answer: each is told."""
    now = clock.now()
    for one in db.session.scalars(
        sa.select(Enrolment).where(Enrolment.org_id == org_id, Enrolment.id.in_(enrolment_ids)).order_by(Enrolment.id)
    ):
        letters.tell_person(one, one.reason or one.state.value, now)
        announce("enrolment.ended", org_id=org_id, enrolment_id=one.id)
    db.session.commit()


@tenant_job("places_of_erased", on="person.erased")
def places_of_erased(*, org_id: int, person_id: int) -> None:
    """Somebody's account is erased, and they are in no cohort any more: their places go on to those who wait."""
    cohorts = db.session.execute(
        sa.select(Enrolment.org_id, Enrolment.cohort_id)
        .where(Enrolment.person_id == person_id, sa.or_(Enrolment.org_id == org_id, Enrolment.firm_id == org_id))
        .distinct()
    )
    for keeper, cohort_id in cohorts.all():
        announce("place.perhaps_free", org_id=keeper, cohort_id=cohort_id)
    db.session.commit()
