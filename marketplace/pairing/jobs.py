"""The two of a proposed pair, and whoever answers for an employer first, are told; in the mentee's organisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.requests import letters
from marketplace.requests.jobs import ask_firm
from marketplace.requests.models import ConsentSide, ConsentState, FirmConsent, MentoringRequest, RequestState
from marketplace.requests.queries import coordinators, people
from tenants.shared import clock
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.jobs import enqueue, tenant_job
from tenants.shared.letters import queue_letter


@tenant_job("tell_of_proposal", on="pair.proposed")
def tell_of_proposal(*, org_id: int, request_id: int, link_id: int) -> None:
    """The mentor is asked as by any request; the mentee reads that they may say no. Undone meanwhile, nobody is told."""
    asked = db.session.get(MentoringRequest, (org_id, request_id))
    if asked is None or asked.state not in {RequestState.sent, RequestState.awaiting_employer}:
        return
    now = clock.now()
    persons, firms = people((asked.mentee_person_id, asked.mentor_person_id), (asked.org_id, asked.mentor_org_id))
    mentee, mentor = persons[asked.mentee_person_id], persons[asked.mentor_person_id]
    home, mentor_firm = firms[asked.org_id], firms[asked.mentor_org_id]
    path = letters.request_path(home.slug, asked.id)
    data: dict[str, Any] = {"other_name": mentor.name, "other_firm": mentor_firm.name, "url": path, "form": asked.form}
    waiting = _firms_to_ask(asked)
    data["firms"] = bool(waiting)
    queue_letter("pair_proposed", org_id=home.id, person_id=mentee.id, now=now, data=data, path=path)
    if asked.state is RequestState.sent:
        letters.write_with_link(asked, kind="request_received", link_id=link_id, now=now)
    elif waiting:
        for one in waiting:
            other = mentor_firm if one.side is ConsentSide.mentee else home
            enqueue(ask_firm, org_id=one.org_id, request_id=asked.id, other_firm=other.name, form=asked.form)
    else:
        approvals = f"/{home.slug}/requests/approvals"
        said = letters.employer_asked(mentee.name, mentor.name, mentor_firm.name, approvals)
        for person_id in coordinators(org_id):
            if person_id != mentee.id:
                queue_letter("employer_asked", org_id=org_id, person_id=person_id, now=now, data=said, path=approvals)
    org_ids = [asked.org_id, asked.mentor_org_id] if asked.sent_at else [asked.org_id]
    names = {"mentee": mentee.name, "mentor": mentor.name}
    record("request.proposed", org_ids=org_ids, now=now, subject=("request", asked.id), data=names)
    db.session.commit()


def _firms_to_ask(asked: MentoringRequest) -> Sequence[FirmConsent]:
    return db.session.scalars(
        sa.select(FirmConsent)
        .where(
            FirmConsent.request_org_id == asked.org_id,
            FirmConsent.request_id == asked.id,
            FirmConsent.state == ConsentState.waiting,
        )
        .order_by(FirmConsent.side)
    ).all()


@tenant_job("tell_of_undone_proposal", on="pair.proposal_undone")
def tell_of_undone_proposal(*, org_id: int, request_id: int) -> None:
    """Whoever was told of the proposal hears that it was taken back."""
    asked = db.session.get(MentoringRequest, (org_id, request_id))
    if asked is None:
        return
    now = clock.now()
    persons, firms = people((asked.mentee_person_id, asked.mentor_person_id), (asked.org_id, asked.mentor_org_id))
    sides = [(asked.mentee_person_id, asked.mentor_person_id, asked.org_id)]
    if asked.sent_at is not None:
        sides.append((asked.mentor_person_id, asked.mentee_person_id, asked.mentor_org_id))
    for reader, other, firm in sides:
        path = letters.request_path(firms[firm].slug, asked.id)
        data = {"other_name": persons[other].name, "url": path}
        queue_letter("proposal_undone", org_id=firm, person_id=reader, now=now, data=data, path=path)
    db.session.commit()
