"""What a firm is asked of the pairs that committees propose: who and who, and until when; of the request itself nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort
from flask_babel import get_locale

from marketplace.programmes.modalities import Words
from marketplace.requests import policy
from marketplace.requests.models import ConsentSide, ConsentState
from marketplace.requests.queries.own import PAGE
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Consent:
    """``other_firm``: of the one who is not ours. ``waits``: the answer still counts. ``reason`` is for colleagues alone."""

    request_id: int
    side: ConsentSide
    form: str
    mentee: str
    mentor: str
    other_firm: str
    programme: str
    due_at: datetime
    state: ConsentState
    waits: bool
    reason: str
    decided_by: str
    decided_at: datetime | None

    @property
    def ours(self) -> str:
        return self.mentee if self.side is ConsentSide.mentee else self.mentor


_CONSENTS = sa.text("SELECT * FROM consents_of_firm(CAST(:request_id AS bigint), CAST(:most AS integer))")


def consents(viewer: Acting) -> list[Consent]:
    """What waits for the viewer's firm, the first to run out first, then what it answered, the newest first."""
    return _consents(viewer, None)


def consent_or_404(viewer: Acting, request_id: int) -> Consent:
    """One that the viewer may answer for the firm, in whatever state it is by now."""
    found = _consents(viewer, request_id)
    return found[0] if found else abort(404)


def _consents(viewer: Acting, request_id: int | None) -> list[Consent]:
    if not policy.may_see_approvals(viewer):
        return []
    return [
        Consent(
            request_id=row.request_id,
            side=ConsentSide(row.side),
            form=row.form,
            mentee=row.mentee_name,
            mentor=row.mentor_name,
            other_firm=row.other_firm,
            programme=Words(en=row.programme_en, fr=row.programme_fr).text(str(get_locale())),
            due_at=row.due_at,
            state=ConsentState(row.state),
            waits=row.waits,
            reason=row.reason,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        for row in db.session.execute(_CONSENTS, {"request_id": request_id, "most": 10 * PAGE})
    ]
