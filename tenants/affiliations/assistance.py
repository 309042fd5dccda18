"""Who assists whom: named by a coordinator or by the executive, agreed by both, ended by either."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from tenants.affiliations.models import Affiliation, Assistance
from tenants.affiliations.policy import may_see_people
from tenants.affiliations.queries import Help
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.letters import queue_letter


def _log(verb: str, acting: Acting, assistance_id: int, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("assistance", assistance_id),
        actor=(acting.person_id, acting.person_name),
    )


def _tell(acting: Acting, person_id: int, now: datetime) -> None:
    path = f"/{acting.slug}/assisting/"
    data = {"other_name": acting.person_name, "url": path}
    queue_letter("assistance_offered", org_id=acting.org_id, person_id=person_id, now=now, data=data, path=path)


def name_assistant(*, acting: Acting, executive: Affiliation, assistant: Affiliation, now: datetime) -> None:
    """A coordinator proposes it; it stands once both have agreed. Raises ``Refused`` when it is proposed already."""
    if not may_see_people(acting):
        raise Forbidden(_("Your role does not include this. An administrator of your organisation can do it."))
    if assistant.person_id == executive.person_id:
        raise Refused(_("Nobody assists themselves."))
    made = Assistance(
        org_id=acting.org_id,
        id=new_id(),
        assistant_id=assistant.id,
        assistant_person_id=assistant.person_id,
        executive_id=executive.id,
        executive_person_id=executive.person_id,
        invited_by_id=acting.person_id,
        since=now.date(),
        created_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        raise Refused(_("This is proposed or agreed already.")) from None
    _log("assistance.offered", acting, made.id, now)
    for person_id in (assistant.person_id, executive.person_id):
        if person_id != acting.person_id:
            _tell(acting, person_id, now)
    db.session.commit()


def ask_colleague(*, acting: Acting, email: str, now: datetime) -> bool:
    """The viewer asks a colleague, by work address, to assist them. False when nobody here has that address."""
    assistance_id = new_id()
    person_id = db.session.scalar(sa.select(sa.func.ask_colleague_to_assist(assistance_id, email.strip(), now)))
    if person_id is None:
        db.session.rollback()
        return False
    _log("assistance.offered", acting, assistance_id, now)
    _tell(acting, person_id, now)
    db.session.commit()
    return True


def accept(*, acting: Acting, assistance_id: int, now: datetime) -> None:
    """The viewer, one of the two, agrees for themselves. Twice is no error."""
    if not db.session.scalar(sa.select(sa.func.accept_assistance(assistance_id, now))):
        raise Forbidden(_("Only the two people concerned agree to this."))
    _log("assistance.accepted", acting, assistance_id, now)
    db.session.commit()


def end(*, acting: Acting, help: Help, now: datetime) -> None:
    """From now on nothing is seen any more. Either of the two may end it, and a coordinator. Twice is no error."""
    if help.assistance.until is None:
        help.assistance.until = now.date()
        _log("assistance.ended", acting, help.assistance.id, now)
    db.session.commit()
