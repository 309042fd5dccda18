"""The committee proposes a pair, and takes a proposal back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from marketplace.pairing.candidates import Candidate, Candidates
from marketplace.pairing.policy import may_pair_by_hand
from marketplace.pairing.proposing import log_proposal, put_proposal
from marketplace.pairing.queries import opening_of
from marketplace.pairing.quotas import require_room_for_pair
from marketplace.pairing.rules import REFUSALS, Rule
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused


def require_committee(seen: CohortSeen) -> None:
    """Raises ``Forbidden`` for whoever looks after the cohort and does not pair by hand here."""
    if may_pair_by_hand(seen):
        return
    rules = seen.cohort.modalities
    if rules.matching == "self":
        raise Forbidden(_("In this cohort people find each other themselves. You see where their requests stand."))
    if rules.centralised:
        raise Forbidden(
            _("In this cohort the organisation that runs the programme pairs. Tell it whom you have in mind.")
        )
    raise Forbidden(_("In this cohort each organisation pairs its own mentees. You see where their requests stand."))


def propose_pair(
    *,
    acting: Acting,
    seen: CohortSeen,
    candidates: Candidates,
    mentee: Candidate,
    mentor: Candidate,
    reason: str,
    now: datetime,
) -> int:
    """Ask ``mentor`` on ``mentee``'s behalf, with a ``reason`` that both read; the proposal's id.

    Through the mentee's employer first where a request would be. Raises ``Refused`` with the rule that forbids it; a conflict
    and a block are the same sentence.
    """
    require_committee(seen)
    back = url_for("pairing.index", organisation=acting.slug, cohort_id=seen.cohort.id)
    if not opening_of(seen.cohort).is_open:
        raise Refused(_("Matching is not open in this cohort now. Open its phase first."), way_back=back)
    rule = candidates.forbids(mentee, mentor)
    if rule is not None:
        raise _refusal(rule, mentee, mentor, back)
    require_room_for_pair(
        cohort=(seen.cohort.org_id, seen.cohort.id),
        mentee=(mentee.firm_id, mentee.person_id),
        mentor=(mentor.firm_id, mentor.person_id),
        way_back=back,
    )
    said, proposal_id, _request_id = put_proposal(
        acting=acting, org_id=seen.cohort.org_id, mentee=mentee, mentor=mentor, reason=reason, now=now
    )
    if said != "ok":
        db.session.rollback()
        if said in REFUSALS:
            raise _refusal(Rule(said), mentee, mentor, back)
        raise Refused(_("One of the two is no longer in this cohort. Look at the lists again."), way_back=back)
    db.session.commit()
    return proposal_id


def undo_proposal(*, acting: Acting, seen: CohortSeen, proposal_id: int, names: tuple[str, str], now: datetime) -> None:
    """Take a proposal back that nobody has answered; both are told. Raises ``Refused`` once somebody has."""
    require_committee(seen)
    undone = db.session.execute(
        sa.text(
            "SELECT * FROM undo_proposal(CAST(:org_id AS integer), CAST(:id AS bigint), CAST(:now AS timestamptz))"
        ),
        {"org_id": seen.cohort.org_id, "id": proposal_id, "now": now},
    ).one_or_none()
    if undone is None:
        db.session.rollback()
        raise Refused(
            _("Somebody has answered this proposal, so it goes its own way now. The list shows where it stands."),
            way_back=url_for("pairing.index", organisation=acting.slug, cohort_id=seen.cohort.id),
        )
    log_proposal("request.proposal_undone", acting, undone.request_id, *names, now)
    jobs.announce("pair.proposal_undone", org_id=undone.request_org_id, request_id=undone.request_id)
    jobs.announce("request.over", org_id=undone.request_org_id, request_id=undone.request_id)
    db.session.commit()


def _refusal(rule: Rule, mentee: Candidate, mentor: Candidate, back: str) -> Refused:
    return Refused(str(REFUSALS[rule]) % {"mentee": mentee.name, "mentor": mentor.name}, way_back=back)
