"""Read notices, choose letters, send a failed letter again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from tenants.current import Acting
from tenants.shared import choices, jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.kinds import KINDS
from tenants.shared.letters import send_letter
from tenants.shared.models import Letter, LetterState, Notice


def read_notice(*, notice: Notice, now: datetime) -> None:
    """The notice counts as read from its first opening on."""
    notice.read_at = notice.read_at or now
    db.session.commit()


def read_all_notices(*, acting: Acting, now: datetime) -> None:
    """Nothing in this workspace is new to the person any more."""
    db.session.execute(
        sa.update(Notice)
        .where(Notice.org_id == acting.org_id, Notice.person_id == acting.person_id, Notice.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def choose_letters(*, acting: Acting, wanted: set[str], now: datetime) -> None:
    """Of the letters one can do without, the person wants these."""
    decided = {name: name in wanted for name, kind in KINDS.items() if not kind.essential}
    choices.choose_letters(org_id=acting.org_id, person_id=acting.person_id, wanted=decided, now=now)


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
