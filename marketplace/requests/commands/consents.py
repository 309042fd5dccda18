"""A firm answers for one of its people whom a committee would pair."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from marketplace.requests import policy
from marketplace.requests.commands.steps import allow
from marketplace.requests.queries import Consent
from marketplace.requests.states import ANSWER_WITHIN
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused

ANSWER = sa.text(
    "SELECT * FROM answer_for_firm(CAST(:request_id AS bigint), CAST(:yes AS boolean), CAST(:reason AS text),"
    " CAST(:due AS timestamptz), CAST(:now AS timestamptz))"
)


def answer_for_firm(*, acting: Acting, consent: Consent, yes: bool, reason: str = "", now: datetime) -> None:
    """The firm's yes or no, once. The last yes sends the proposal to the mentor; a no ends it. ``reason`` stays with the firm.

    Raises ``Refused`` where a colleague has answered, or it came to nothing meanwhile.
    """
    allow(policy.may_see_approvals(acting))
    values = {"request_id": consent.request_id, "yes": yes, "reason": reason, "due": now + ANSWER_WITHIN, "now": now}
    said = db.session.execute(ANSWER, values).one()
    if said.said not in {"waits", "sent", "refused"}:
        db.session.rollback()
        back = url_for("requests.approvals", organisation=acting.slug)
        if said.said == "answered":
            raise Refused(_("Somebody of your organisation has answered already."), way_back=back)
        raise Refused(_("This proposal came to nothing meanwhile. Your answer is no longer needed."), way_back=back)
    record(
        "consent.given" if yes else "consent.refused",
        org_ids=[acting.org_id],
        now=now,
        subject=("request", consent.request_id),
        actor=(acting.person_id, acting.person_name),
        data={"mentee": consent.mentee, "mentor": consent.mentor},
    )
    request = {"org_id": said.request_org_id, "request_id": consent.request_id}
    if said.said == "sent":
        jobs.announce("firms.agreed", **request, link_id=new_id())
    elif said.said == "refused":
        jobs.announce("firms.refused", **request)
        jobs.announce("request.over", **request)
    db.session.commit()
