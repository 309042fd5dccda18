"""What people are written about their way into a cohort. No letter holds a reason or an explanation: those are on the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.programmes.models import Cohort, Enrolment, Programme
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared.database import db, new_id
from tenants.shared.letters import queue_letter
from tenants.shared.links import make_link

ANSWER_NOMINATION = "nomination"
GIVE_VIEW = "manager_view"
VIEW_WITHIN = timedelta(days=60)


def _scene(one: Enrolment, reader: Person) -> dict[str, str]:
    cohort = db.session.get_one(Cohort, (one.org_id, one.cohort_id))
    programme = db.session.get_one(Programme, (one.org_id, cohort.programme_id))
    person = db.session.get_one(Person, one.person_id)
    return {
        "programme": programme.name(reader.locale or "en"),
        "name": person.name,
        "side": one.side.value,
        "form": cohort.form.value,
    }


def _slug(org_id: int) -> str:
    return db.session.get_one(Organisation, org_id).slug


def _page(one: Enrolment, org_id: int, page: str = "") -> str:
    return f"/{_slug(org_id)}/cohorts/{one.cohort_id}/enrolments/{one.id}{page}"


def ask_person(one: Enrolment, now: datetime) -> None:
    """The nominated person, with a link that answers without a sign-in."""
    if one.firm_id is None:
        return
    token = make_link(
        new_id(),
        org_id=one.firm_id,
        person_id=one.person_id,
        purpose=ANSWER_NOMINATION,
        subject=(one.org_id, one.id),
        expires_at=one.due_at,
    )
    reader = db.session.get_one(Person, one.person_id)
    data = _scene(one, reader) | {"due_at": (one.due_at or now).isoformat(), "url": f"/links/{token}"}
    queue_letter(
        "enrolment_asked",
        org_id=one.firm_id,
        person_id=one.person_id,
        now=now,
        data=data,
        path=_page(one, one.firm_id),
    )


def tell_person(one: Enrolment, what: str, now: datetime) -> None:
    """The answer, in the workspace they take part for; nothing to somebody between employers."""
    if one.firm_id is None:
        return
    reader = db.session.get_one(Person, one.person_id)
    page = _page(one, one.firm_id)
    queue_letter(
        "enrolment_answered",
        org_id=one.firm_id,
        person_id=one.person_id,
        now=now,
        data=_scene(one, reader) | {"what": what, "url": page},
        path=page,
    )


def write_to_coordinators(kind: str, one: Enrolment, org_id: int, now: datetime, *, what: str = "") -> None:
    """Those who look after ``org_id``'s people or programmes, the person themselves left out."""
    readers: Iterable[int] = db.session.scalars(sa.select(sa.func.programme_coordinators(org_id))).all()
    page = _page(one, org_id)
    for person_id in readers:
        if person_id == one.person_id:
            continue
        reader = db.session.get_one(Person, person_id)
        data = _scene(one, reader) | {"what": what, "url": page}
        if one.due_at is not None:
            data["due_at"] = one.due_at.isoformat()
        queue_letter(kind, org_id=org_id, person_id=person_id, now=now, data=data, path=page)


def ask_view(one: Enrolment, manager_id: int, firm_id: int, now: datetime) -> None:
    """The line manager, with a link that answers without a sign-in."""
    token = make_link(
        new_id(),
        org_id=firm_id,
        person_id=manager_id,
        purpose=GIVE_VIEW,
        subject=(one.org_id, one.id),
        expires_at=now + VIEW_WITHIN,
    )
    reader = db.session.get_one(Person, manager_id)
    queue_letter(
        "manager_view_asked",
        org_id=firm_id,
        person_id=manager_id,
        now=now,
        data=_scene(one, reader) | {"url": f"/links/{token}"},
        path=_page(one, firm_id, "/view"),
    )
