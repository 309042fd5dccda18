"""What those who take part in a cohort, and those who look after them, are written about it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from marketplace.programmes.modalities import Phase
from marketplace.programmes.models import Cohort, Enrolment, Programme
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared.database import db
from tenants.shared.letters import queue_letter

FOR_PARTICIPANTS = frozenset(
    {Phase.training, Phase.matching, Phase.launch, Phase.mid_point, Phase.closing, Phase.alumni}
)


def _programme(cohort: Cohort) -> Programme:
    return db.session.get_one(Programme, (cohort.org_id, cohort.programme_id))


def _path(cohort: Cohort, org_id: int) -> str:
    return f"/{db.session.get_one(Organisation, org_id).slug}/cohorts/{cohort.id}"


def write_to_coordinators(kind: str, cohort: Cohort, org_id: int, now: datetime, **data: str) -> None:
    """Those who look after ``org_id``'s people or programmes."""
    programme, path = _programme(cohort), _path(cohort, org_id)
    for person_id in db.session.scalars(sa.select(sa.func.programme_coordinators(org_id))).all():
        reader = db.session.get_one(Person, person_id)
        queue_letter(
            kind,
            org_id=org_id,
            person_id=person_id,
            now=now,
            data={"programme": programme.name(reader.locale or "en"), "url": path, **data},
            path=path,
        )


def write_to_participant(kind: str, cohort: Cohort, one: Enrolment, now: datetime, **data: str) -> None:
    """In the workspace they take part for; nothing to somebody between employers."""
    if one.firm_id is None:
        return
    path = _path(cohort, one.firm_id)
    reader = db.session.get_one(Person, one.person_id)
    queue_letter(
        kind,
        org_id=one.firm_id,
        person_id=one.person_id,
        now=now,
        data={"programme": _programme(cohort).name(reader.locale or "en"), "url": path, **data},
        path=path,
    )
