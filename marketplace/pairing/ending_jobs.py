"""What becomes of requests and pairs when somebody leaves a cohort, it is over, or two of a pair come to share a firm.

Whoever runs the cohort hears of it, and each request ends in a job of the organisation that keeps it.
"""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.pairing import ending_commands as commands
from marketplace.programmes.models import Cohort, CohortState, Enrolment, EnrolmentState, Programme
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import enqueue, tenant_job
from tenants.shared.letters import queue_letter

OVER = {CohortState.closed: "cohort_closed", CohortState.cancelled: "cohort_cancelled"}


@tenant_job("end_requests_of_leaver_of_cohort", on="enrolment.ended")
def end_requests_of_leaver(*, org_id: int, enrolment_id: int) -> None:
    """Where the whole cohort is over, its own job ends them all, with its own reason."""
    one = db.session.get(Enrolment, (org_id, enrolment_id))
    if one is None or one.state is EnrolmentState.completed:
        return
    commands.leave_circles(org_id=org_id, enrolment_id=enrolment_id, now=clock.now())
    if db.session.get_one(Cohort, (org_id, one.cohort_id)).state not in OVER:
        _end_all(one.cohort_id, enrolment_id, "left_cohort", one.person_id)
    db.session.commit()


@tenant_job("end_requests_of_closed_cohort", on="cohort.closed")
def end_requests_of_closed(*, org_id: int, cohort_id: int) -> None:
    _end_all(cohort_id, None, "cohort_closed", None)
    db.session.commit()


@tenant_job("end_requests_of_cancelled_cohort", on="cohort.cancelled")
def end_requests_of_cancelled(*, org_id: int, cohort_id: int) -> None:
    _end_all(cohort_id, None, "cohort_cancelled", None)
    db.session.commit()


def _end_all(cohort_id: int, enrolment_id: int | None, what: str, leaver_id: int | None) -> None:
    found = db.session.execute(
        sa.text(
            "SELECT org_id, request_id FROM open_requests_of_cohort(CAST(:cohort AS bigint), CAST(:enrolment AS bigint))"
        ),
        {"cohort": cohort_id, "enrolment": enrolment_id},
    )
    for keeper, request_id in found.all():
        enqueue(end_request_of_cohort, org_id=keeper, request_id=request_id, what=what, leaver_id=leaver_id)


@tenant_job("end_request_of_cohort")
def end_request_of_cohort(*, org_id: int, request_id: int, what: str, leaver_id: int | None) -> None:
    """Whoever stays is told, once; of a request that has not reached the mentor, the mentor hears nothing."""
    asked = commands.end_request(org_id=org_id, request_id=request_id, now=clock.now())
    if asked is not None and asked.cohort_org_id is not None:
        sides = [(asked.mentee_person_id, asked.org_id, asked.mentor_person_id)]
        if asked.sent_at is not None:
            sides.append((asked.mentor_person_id, asked.mentor_org_id, asked.mentee_person_id))
        for reader_id, firm_id, other_id in sides:
            if reader_id != leaver_id:
                enqueue(
                    tell_request_over,
                    org_id=asked.cohort_org_id,
                    cohort_id=asked.cohort_id,
                    request_id=asked.id,
                    reader_id=reader_id,
                    firm_id=firm_id,
                    other_id=other_id,
                    what=what,
                )
    db.session.commit()


@tenant_job("tell_request_over")
def tell_request_over(
    *, org_id: int, cohort_id: int, request_id: int, reader_id: int, firm_id: int, other_id: int, what: str
) -> None:
    """The letter says why, and that nobody said no; whoever runs the cohort writes it."""
    reader = db.session.get_one(Person, reader_id)
    path = f"/{db.session.get_one(Organisation, firm_id).slug}/requests/{request_id}"
    queue_letter(
        "request_over_in_cohort",
        org_id=firm_id,
        person_id=reader_id,
        now=clock.now(),
        data={
            "other_name": db.session.get_one(Person, other_id).name,
            "programme": _programme(org_id, cohort_id).name(reader.locale or "en"),
            "what": what,
            "url": path,
        },
        path=path,
    )
    db.session.commit()


@tenant_job("look_at_pairs_of_mover", on="enrolment.changed_firm")
def look_at_pairs_of_mover(*, org_id: int, enrolment_id: int) -> None:
    """Two of a pair work for one firm now, and this form is between firms: whoever runs the cohort decides; the pair goes on."""
    one = db.session.get(Enrolment, (org_id, enrolment_id))
    if one is None:
        return
    found = db.session.execute(
        sa.text("SELECT mentee_name, mentor_name, firm FROM pairs_within_firm(CAST(:enrolment AS bigint))"),
        {"enrolment": enrolment_id},
    ).all()
    path = f"/{db.session.get_one(Organisation, org_id).slug}/cohorts/{one.cohort_id}/matching/"
    for mentee, mentor, firm in found:
        for person_id in db.session.scalars(sa.select(sa.func.programme_coordinators(org_id))).all():
            reader = db.session.get_one(Person, person_id)
            programme = _programme(org_id, one.cohort_id).name(reader.locale or "en")
            data = {"mentee": mentee, "mentor": mentor, "firm": firm, "programme": programme, "url": path}
            queue_letter("pair_within_firm", org_id=org_id, person_id=person_id, now=clock.now(), data=data, path=path)
    db.session.commit()


def _programme(org_id: int, cohort_id: int) -> Programme:
    cohort = db.session.get_one(Cohort, (org_id, cohort_id))
    return db.session.get_one(Programme, (org_id, cohort.programme_id))
