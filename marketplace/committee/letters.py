"""What somebody is written who was appointed to a matching committee; and where letters about somebody are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.committee.benches import Bench
from marketplace.papers.drawing import forget_papers
from marketplace.programmes.models import Enrolment
from marketplace.requests.models import MentoringRequest
from tenants.shared.database import db
from tenants.shared.jobs import enqueue, tenant_job
from tenants.shared.letters import queue_letter


def write_to_appointed(bench: Bench, who: Any, now: datetime) -> None:
    """``who``: a row of those who may be appointed. In the workspace they sit there with."""
    path = f"/{who.slug}/cohorts/{bench.cohort.id}/matching/bench/"
    queue_letter(
        "committee_appointed",
        org_id=who.firm_id,
        person_id=who.person_id,
        now=now,
        data={"programme": bench.seen.programme.name(who.locale[:2]), "url": path},
        path=path,
    )


@tenant_job("forget_match_letters", on="person.erased")
def forget_match_letters(*, org_id: int, person_id: int) -> None:
    """Match letters name people and are kept as drawn: where somebody who is erased may stand in one, all of them go."""
    asked = sa.select(MentoringRequest.org_id, MentoringRequest.mentor_org_id).where(
        sa.or_(MentoringRequest.mentee_person_id == person_id, MentoringRequest.mentor_person_id == person_id),
        MentoringRequest.cohort_id.is_not(None),
    )
    runs = sa.select(Enrolment.org_id).where(Enrolment.person_id == person_id)
    keepers = {org_id, *db.session.scalars(runs), *(one for row in db.session.execute(asked) for one in row)}
    for keeper in sorted(keepers):
        enqueue(forget_papers, org_id=keeper)
    db.session.commit()
