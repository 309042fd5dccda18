"""What follows when somebody is trained: a certificate, and a letter."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from sqlalchemy.dialects.postgresql import insert

from marketplace.closing.steps import new_code
from marketplace.programmes.models import Cohort, Enrolment, Programme
from marketplace.programmes.words import cohort_name, side_word
from marketplace.training import queries
from marketplace.training.completion import settle_training
from marketplace.training.models import TrainingCertificate
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job
from tenants.shared.letters import absolute, queue_letter
from tenants.shared.papers import paper_pdf


@tenant_job("tell_trained", on="training.completed")
def tell_trained(*, org_id: int, enrolment_id: int) -> None:
    """Once for an enrolment, however often the job runs; taken back meanwhile, nothing happens."""
    one, now = queries.enrolment(org_id, enrolment_id), clock.now()
    if one is None or one.trained_at is None:
        return
    person = db.session.get_one(Person, one.person_id)
    cohort = db.session.get_one(Cohort, (org_id, one.cohort_id))
    programme = db.session.get_one(Programme, (org_id, cohort.programme_id))
    locale = (person.locale or "en")[:2]
    code = new_code()
    content, title = certificate_pdf(one, person, cohort, programme, one.trained_at, locale, code)
    made = db.session.scalar(
        insert(cast(sa.Table, TrainingCertificate.__table__))
        .values(
            org_id=org_id,
            enrolment_id=one.id,
            cohort_id=one.cohort_id,
            person_id=one.person_id,
            title=title[:200],
            content=content,
            issued_at=now,
            code=code,
        )
        .on_conflict_do_nothing()
        .returning(TrainingCertificate.enrolment_id)
    )
    firm = db.session.get(Organisation, one.firm_id) if one.firm_id else None
    if made and firm is not None:
        path = f"/{firm.slug}/cohorts/{cohort.id}/training"
        queue_letter(
            "training_completed",
            org_id=firm.id,
            person_id=one.person_id,
            now=now,
            data={"programme": programme.name(locale), "url": path},
            path=path,
        )
    db.session.commit()


def certificate_pdf(
    one: Enrolment, person: Person, cohort: Cohort, programme: Programme, trained_at: datetime, locale: str, code: str
) -> tuple[bytes, str]:
    """(PDF, title): who did which training, as what, when, who ran it, and the address that verifies it."""
    organisation = db.session.get_one(Organisation, one.org_id)
    modules = [(module.title(locale), module.minutes) for module in queries.required_of(one)]
    with force_locale(locale):
        title = gettext("Certificate of training: %(name)s", name=person.name)
        content = paper_pdf(
            "training/paper.html",
            title=title,
            locale=locale,
            name=person.name,
            side=side_word(one.side, cohort.form),
            programme=programme.name(locale),
            cohort=cohort_name(cohort),
            organisation=organisation.name,
            modules=modules,
            minutes=sum(minutes for _title, minutes in modules),
            trained_on=trained_at.date(),
            address=absolute(f"/certificates/training/{code}"),
        )
    return content, title


@tenant_job("settle_trainings", on="training.changed")
def settle_trainings(*, org_id: int, cohort_id: int) -> None:
    """The modules of a cohort have changed: whoever has done all that is asked now is trained."""
    now = clock.now()
    for person_id in queries.not_trained(org_id, cohort_id):
        settle_training(org_id=org_id, cohort_id=cohort_id, person_id=person_id, now=now)
    db.session.commit()
