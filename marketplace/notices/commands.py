"""Read notices, choose letters, send a failed letter again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from tenants.current import Acting
from tenants.shared import choices, jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.digests import reconsider_letters
from tenants.shared.errors import Refused
from tenants.shared.hours import Hours
from tenants.shared.letters import send_letter
from tenants.shared.models import Delivery, Letter, LetterState, Notice


def read_notice(*, notice: Notice, now: datetime) -> None:
    """The notice counts as read from its first opening on."""
    notice.read_at = notice.read_at or now
    db.session.commit()


def _read(acting: Acting, was: datetime | None, becomes: datetime | None) -> int:
    condition = Notice.read_at.is_(None) if was is None else Notice.read_at == was
    changed: Any = db.session.execute(
        sa.update(Notice)
        .where(Notice.org_id == acting.org_id, Notice.person_id == acting.person_id, condition)
        .values(read_at=becomes)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(changed.rowcount)


def read_all_notices(*, acting: Acting, now: datetime) -> int:
    """Nothing in this workspace is new to the person any more; how many were."""
    return _read(acting, None, now)


def unread_notices(*, acting: Acting, read_at: datetime) -> None:
    """Those that were marked as read together, at ``read_at``, are new again."""
    _read(acting, read_at, None)


def choose_letters(*, acting: Acting, ways: Mapping[str, Delivery], hours: Hours, now: datetime) -> None:
    """How each kind comes and when. What waits already is looked at again."""
    who = {"org_id": acting.org_id, "person_id": acting.person_id}
    choices.choose_letters(**who, ways=ways, now=now)
    choices.choose_hours(**who, hours=hours, now=now)
    jobs.enqueue(reconsider_letters, org_id=acting.org_id, person_id=acting.person_id)
    db.session.commit()


def send_again(*, acting: Acting, letter_id: int, now: datetime) -> None:
    """Try a failed letter afresh, with as many attempts as a new one. Raises ``Refused`` when somebody was quicker."""
    revived = db.session.execute(
        sa.update(Letter)
        .where(Letter.org_id == acting.org_id, Letter.id == letter_id, Letter.state == LetterState.failed)
        .values(state=LetterState.queued, attempts=0, error="")
        .execution_options(synchronize_session=False)
    )
    if revived.rowcount == 0:  # type: ignore[attr-defined]
        raise Refused(_("This letter is already on its way again."), way_back=url_for("notices.letters"))
    jobs.enqueue(send_letter, org_id=acting.org_id, letter_id=letter_id)
    record(
        "letter.sent_again",
        org_ids=[acting.org_id],
        now=now,
        subject=("letter", letter_id),
        actor=(acting.person_id, acting.person_name),
    )
    db.session.commit()
