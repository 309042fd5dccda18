"""A network writes and publishes its agreement; a firm accepts it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from tenants.agreements import policy, queries
from tenants.agreements.jobs import keep_document, tell_of_new_version
from tenants.agreements.models import Agreement, AgreementAcceptance
from tenants.agreements.queries import AskedAgreement
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused


def _allow(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(
            _("Your role does not include this. An administrator of your organisation can do it, or give you the role.")
        )


def save_agreement(*, acting: Acting, text_en: str, text_fr: str, now: datetime) -> Agreement:
    """Keep what the network is writing; no firm sees it before ``publish_agreement``."""
    _allow(policy.may_write_agreements(acting))
    draft = _draft_for_writing(acting, text_en, text_fr, now)
    db.session.commit()
    return draft


def publish_agreement(
    *, acting: Acting, text_en: str, text_fr: str, old_holds_until: date | None, now: datetime
) -> Agreement:
    """Ask every firm to accept these words. Firms that accepted an earlier version keep it through ``old_holds_until``.

    Raises ``Refused`` when these are the words of the version in force.
    """
    _allow(policy.may_write_agreements(acting))
    current = queries.current_version(acting.org_id)
    if current is not None and (current.text_en, current.text_fr) == (text_en, text_fr):
        raise Refused(_("These are the words of the version in force. Change something first."))
    draft = _draft_for_writing(acting, text_en, text_fr, now)
    draft.published_at = now
    draft.old_holds_until = old_holds_until if current is not None else None
    for firm_id in queries.firms_that_accepted(acting):
        jobs.enqueue(
            tell_of_new_version,
            org_id=firm_id,
            network_id=acting.org_id,
            holds_on=old_holds_until.isoformat() if old_holds_until else None,
        )
    record(
        "agreement.published",
        org_ids=[acting.org_id],
        now=now,
        subject=("agreement", draft.number),
        actor=(acting.person_id, acting.person_name),
        data={"number": draft.number},
    )
    db.session.commit()
    return draft


def _draft_for_writing(acting: Acting, text_en: str, text_fr: str, now: datetime) -> Agreement:
    draft = queries.draft(acting)
    if draft is None:
        latest = db.session.scalar(sa.select(sa.func.max(Agreement.number)).where(Agreement.org_id == acting.org_id))
        draft = Agreement(org_id=acting.org_id, number=(latest or 0) + 1, text_en="", text_fr="")
        db.session.add(draft)
    draft.text_en, draft.text_fr = text_en, text_fr
    draft.written_by_id, draft.updated_at = acting.person_id, now
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Refused(_("A colleague has just begun a new version. Look at the page again.")) from None
    return draft


def accept_agreement(
    *, acting: Acting, asked: AskedAgreement, number: int, name: str, position: str, locale: str, now: datetime
) -> None:
    """The firm accepts version ``number``, by a named person. Accepting twice changes nothing.

    The paper is made by the worker, for both sides. Raises ``Refused`` when the network published another version
    after the reader opened the page.
    """
    _allow(policy.may_accept_agreements(acting))
    if asked.acceptance is not None:
        db.session.commit()
        return
    if number != asked.version.number:
        raise Refused(_("The network has published a new version. Read it, then accept."))
    try:
        with db.session.begin_nested():
            db.session.execute(
                sa.insert(AgreementAcceptance),
                {
                    "org_id": acting.org_id,
                    "network_id": asked.network_id,
                    "number": number,
                    "accepted_by_id": acting.person_id,
                    "name": name,
                    "position": position,
                    "locale": locale,
                    "accepted_at": now,
                },
            )
    except IntegrityError:
        # A colleague pressed at the same moment: what they accepted stands.
        db.session.commit()
        return
    record(
        "agreement.accepted",
        org_ids=[acting.org_id],
        now=now,
        subject=("agreement", number),
        actor=(acting.person_id, acting.person_name),
        data={"network": asked.network_name, "number": number},
    )
    jobs.enqueue(keep_document, org_id=acting.org_id, network_id=asked.network_id, number=number)
    db.session.commit()
