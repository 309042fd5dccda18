"""The clock: every five minutes, whatever has come due. A worker that was down finds all of it when it is back."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.requests import commands, letters, queries
from marketplace.requests.models import ConsentState, FirmConsent, MentoringRequest, RequestState
from marketplace.requests.states import REMIND_AFTER
from tenants.shared import clock
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job
from tenants.shared.letters import queue_letter


@tenant_job("turn_clock_of_organisation")
def turn_clock_of_organisation(*, org_id: int) -> None:
    """Remind, expire, give back: each request of one organisation in its own transaction."""
    now = clock.now()
    for request_id in queries.due_requests(org_id, now, now - REMIND_AFTER):
        commands.turn_clock(org_id=org_id, request_id=request_id, now=now)


@tenant_job("settle_talk", on="talk.answered")
def settle_talk(*, org_id: int, request_id: int) -> None:
    commands.settle_talk(org_id=org_id, request_id=request_id, now=clock.now())


@clock_job("turn_clock_of_requests", "*/5 * * * *")
def turn_clock_of_requests() -> None:
    """One job for each organisation where something is due, unless one already waits."""
    now = clock.now()
    for org_id in queries.organisations_with_due_requests(now, now - REMIND_AFTER):
        enqueue(turn_clock_of_organisation, org_id=org_id, once=f"turn_clock_of_organisation {org_id}")


# --- firms that answer for a pair ---------------------------------------------------------------------------------------


@tenant_job("ask_firm")
def ask_firm(*, org_id: int, request_id: int, other_firm: str, form: str, again: bool = False) -> None:
    """Those who may answer for this firm are asked, once; and once more half way (``again``)."""
    asked = db.session.get(FirmConsent, (org_id, request_id), with_for_update=True)
    if asked is None or asked.state is not ConsentState.waiting or (again and asked.reminded_at is not None):
        return
    now = clock.now()
    persons, firms = queries.people((asked.mentee_person_id, asked.mentor_person_id), (org_id,))
    mentee, mentor = persons[asked.mentee_person_id], persons[asked.mentor_person_id]
    path = f"/{firms[org_id].slug}/requests/approvals"
    data = letters.firm_asked(
        mentee.name, mentor.name, other_firm, asked.side.value, form, path, asked.due_at, again=again
    )
    for person_id in queries.coordinators(org_id):
        if person_id not in (mentee.id, mentor.id):
            queue_letter("firm_asked", org_id=org_id, person_id=person_id, now=now, data=data, path=path)
    if again:
        asked.reminded_at = now
    else:
        names = {"mentee": mentee.name, "mentor": mentor.name}
        record("consent.asked", org_ids=[org_id], now=now, subject=("request", request_id), data=names)
    db.session.commit()


@tenant_job("tell_of_firms_yes", on="firms.agreed")
def tell_of_firms_yes(*, org_id: int, request_id: int, link_id: int) -> None:
    """Both firms have said yes: the mentor is asked as by any request."""
    asked = db.session.get(MentoringRequest, (org_id, request_id))
    if asked is None or asked.state is not RequestState.sent:
        return
    now = clock.now()
    letters.write_with_link(asked, kind="request_received", link_id=link_id, now=now)
    record(
        "request.agreed_by_firms", org_ids=[asked.org_id, asked.mentor_org_id], now=now, subject=("request", asked.id)
    )
    db.session.commit()


@tenant_job("tell_of_firms_no", on="firms.refused")
def tell_of_firms_no(*, org_id: int, request_id: int) -> None:
    """The mentee, who knew of the proposal, reads that it came to nothing, and not why. The mentor never heard of it."""
    asked = db.session.get(MentoringRequest, (org_id, request_id))
    if asked is None or asked.state is not RequestState.refused_by_employer:
        return
    persons, firms = queries.people((asked.mentee_person_id, asked.mentor_person_id), (asked.org_id,))
    path = letters.request_path(firms[org_id].slug, asked.id)
    queue_letter(
        "proposal_over",
        org_id=org_id,
        person_id=asked.mentee_person_id,
        now=clock.now(),
        data=letters.proposal_over(persons[asked.mentor_person_id].name, path),
        path=path,
    )
    db.session.commit()


@clock_job("remind_firms", "*/15 * * * *")
def remind_firms() -> None:
    now = clock.now()
    found = sa.text(
        "SELECT * FROM consents_to_remind(CAST(:before AS timestamptz), CAST(:now AS timestamptz))"
    ).bindparams(before=now - REMIND_AFTER, now=now)
    for row in db.session.execute(found):
        enqueue(
            ask_firm, org_id=row.org_id, request_id=row.request_id, other_firm=row.other_firm, form=row.form, again=True
        )
