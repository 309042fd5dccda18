"""A person asks for their data or to be erased; an organisation says how long it keeps things. The worker does the rest."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from tenants.current import Acting
from tenants.organisations.policy import may_change_settings
from tenants.privacy import queries
from tenants.privacy.jobs import KEPT_FOR, make_export
from tenants.privacy.models import Erasure, ErasureState, ExportState, Kept, PersonalExport, Purpose, Retention
from tenants.privacy.retention import RULES
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.letters import queue_letter
from tenants.shared.secrets import hash_of

CHANGE_OF_MIND = timedelta(days=7)

PATH = "/account/privacy/"


def ask_for_export(*, person_id: int, org_id: int, now: datetime) -> None:
    """Have everything about the person put together. Raises ``Refused`` while an earlier one is under way."""
    export = PersonalExport(
        person_id=person_id,
        id=new_id(),
        state=ExportState.asked,
        done=0,
        total=0,
        asked_at=now,
        expires_at=now + KEPT_FOR,
    )
    try:
        with db.session.begin_nested():
            db.session.add(export)
    except IntegrityError:
        raise Refused(
            _("Your download is being made already. A letter tells you when it is ready."), way_back=PATH
        ) from None
    jobs.enqueue(make_export, org_id=org_id, export_id=export.id)
    db.session.commit()


def ask_for_erasure(*, person_id: int, org_id: int, now: datetime) -> Erasure:
    """Erase the person in seven days unless they change their mind; from now on nobody finds their page. Twice is once.

    Raises ``Refused`` for the last administrator of an organisation.
    """
    pending = queries.pending_erasure(person_id)
    if pending is not None:
        return pending
    alone = queries.sole_administrations()
    if alone:
        names = ", ".join(name for _slug, name in alone)
        raise Refused(
            _(
                "You are the last administrator of %(names)s. Name another first, so that nobody is left alone.",
                names=names,
            ),
            way_back=f"/{alone[0][0]}/people/",
        )
    token = secrets.token_urlsafe(32)
    erasure = Erasure(
        person_id=person_id,
        id=new_id(),
        org_id=org_id,
        state=ErasureState.asked,
        token_hash=hash_of(token),
        asked_at=now,
        due_at=now + CHANGE_OF_MIND,
    )
    try:
        with db.session.begin_nested():
            db.session.add(erasure)
    except IntegrityError:
        raise Refused(_("Your account is being erased already."), way_back=PATH) from None
    data = {"due_at": erasure.due_at.isoformat(), "undo_url": f"{PATH}erasure/{token}"}
    queue_letter("erasure_asked", org_id=org_id, person_id=person_id, now=now, data=data)
    db.session.commit()
    return erasure


def undo_erasure(*, person_id: int, now: datetime) -> None:
    """Everything stays; the page can be found again. Nothing pending: no error."""
    db.session.execute(
        sa.update(Erasure)
        .where(Erasure.person_id == person_id, Erasure.state == ErasureState.asked)
        .values(state=ErasureState.undone, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def undo_erasure_by_link(*, token: str, now: datetime) -> None:
    """The same, with the link of the letter. Raises ``Refused`` when there is nothing to undo any more."""
    undone = db.session.scalar(sa.select(sa.func.undo_erasure_of_link(hash_of(token), now)))
    db.session.commit()
    if not undone:
        raise Refused(_("There is nothing to undo: it was undone before, or the account is erased."))


def withdraw_consent(*, org_id: int, purpose: Purpose, now: datetime) -> None:
    """The person's mentor page is paused from this moment. Raises ``Refused`` when it was withdrawn before."""
    withdrawn = db.session.scalar(sa.select(sa.func.withdraw_consent(org_id, purpose.value, now)))
    db.session.commit()
    if not withdrawn:
        raise Refused(_("This was withdrawn before."), way_back=PATH)


def set_retention(*, acting: Acting, days: Mapping[Kept, int], now: datetime) -> None:
    """Keep things for so long from now on; the clock deletes what is older within a day. Raises ``ValueError`` out of bounds."""
    if not may_change_settings(acting):
        raise Forbidden(_("Your role does not include this. An administrator of your organisation can do it."))
    for subject, value in days.items():
        if not RULES[subject].least <= value <= RULES[subject].most:
            raise ValueError(f"{subject} is kept for {RULES[subject].least} to {RULES[subject].most} days, not {value}")
    before = queries.days_kept(acting)
    changed = {subject: value for subject, value in days.items() if before[subject] != value}
    if changed:
        rows = [{"org_id": acting.org_id, "subject": subject, "days": value} for subject, value in changed.items()]
        statement = insert(Retention).values(rows)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["org_id", "subject"], set_={"days": statement.excluded.days}
            )
        )
        record(
            "organisation.retention_changed",
            org_ids=[acting.org_id],
            now=now,
            subject=("organisation", acting.org_id),
            actor=(acting.person_id, acting.person_name),
            data={"days": {subject.value: value for subject, value in changed.items()}},
        )
    db.session.commit()
