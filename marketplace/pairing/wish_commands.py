"""Somebody says whom they would like to be paired with, and with whom not. Each turn is kept at once."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.errors import Refused

Turn = Literal["add", "remove", "up", "apart", "together"]

REFUSALS = {
    "gone": lambda: _("This person is no longer among those you can be paired with here. Look at the list again."),
    "closed": lambda: _("Matching is not open in this cohort now, so wishes cannot change."),
    "proposed": lambda: _(
        "The committee has proposed a pair to you, so your wishes stay as they are. Say no to the proposal, and you can change "
        "them again."
    ),
    "full": lambda: _("You have five wishes. Take one off the list, then add this one."),
}
"""What a refused turn says, by the gate's answer."""


def change_wish(*, acting: Acting, seen: CohortSeen, enrolment_id: int, turn: Turn, now: datetime) -> None:
    """Add a wish (as the last of five at most), take it off, move it up by one; or say *not with this person*, which nobody
    else learns, and take that back. Raises ``Refused``: not shown to the viewer, no matching now, proposed meanwhile, five.
    """
    changed = sa.func.change_wish(seen.cohort.org_id, sa.cast(enrolment_id, sa.BigInteger), turn, now)
    said = str(db.session.scalar(sa.select(changed)))
    if said != "ok":
        db.session.rollback()
        back = url_for("pairing.index", organisation=acting.slug, cohort_id=seen.cohort.id)
        raise Refused(REFUSALS[said](), way_back=back)
    db.session.commit()
