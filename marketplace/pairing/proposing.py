"""The one way in which a committee's proposal comes into the world, by hand or from its bench."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.pairing.candidates import Candidate
from marketplace.requests.states import ANSWER_WITHIN
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id

SAY = sa.text("SELECT say_because(CAST(:org_id AS integer), CAST(:id AS bigint), CAST(:because AS jsonb))")

TIE = sa.text("SELECT tie_to_version(CAST(:org_id AS integer), CAST(:id AS bigint), CAST(:run_id AS bigint))")
NEXT_BEST = sa.text(
    "SELECT propose_next_best(CAST(:run_id AS bigint), CAST(:mentee AS bigint), CAST(:mentor AS bigint),"
    " CAST(:request_id AS bigint), CAST(:proposal_id AS bigint), CAST(:because AS jsonb),"
    " CAST(:due AS timestamptz), CAST(:now AS timestamptz))"
)


def put_proposal(
    *,
    acting: Acting,
    org_id: int,
    mentee: Candidate,
    mentor: Candidate,
    reason: str,
    because: Sequence[dict[str, Any]] = (),
    run_id: int | None = None,
    now: datetime,
) -> tuple[str, int, int]:
    """Ask ``mentor`` on ``mentee``'s behalf in a cohort of ``org_id``; within the caller's transaction.

    ``reason`` and ``because`` are read by the two. ``run_id``: the version of the bench that it comes from.

    Returns what the database said ("ok", or the rule that forbids it, and then
    nothing was written), the proposal's id and the request's.
    """
    request_id, proposal_id = new_id(), new_id()
    ids = (mentee.enrolment_id, mentor.enrolment_id, request_id, proposal_id, new_id())
    asked = sa.func.propose_pair(
        org_id, *(sa.cast(one, sa.BigInteger) for one in ids), reason, now + ANSWER_WITHIN, now
    )
    said = str(db.session.scalar(sa.select(asked)))
    if said == "ok":
        if because:
            db.session.execute(SAY, {"org_id": org_id, "id": proposal_id, "because": json.dumps(list(because))})
        if run_id is not None:
            db.session.execute(TIE, {"org_id": org_id, "id": proposal_id, "run_id": run_id})
        log_proposal("request.proposed", acting, request_id, mentee.name, mentor.name, now)
        jobs.announce("pair.proposed", org_id=mentee.firm_id, request_id=request_id, link_id=new_id())
    return said, proposal_id, request_id


def put_next_best(
    *, run_id: int, pair: tuple[int, int], mentee_firm: int, because: Sequence[dict[str, Any]], now: datetime
) -> str:
    """The worker's own ``put_proposal``, in the committee's organisation: ``pair`` (enrolments) is asked on the standing wish of
    whoever published the version that ``run_id`` follows. "ok", or the rule that forbids it, and then nothing was written.
    """
    request_id = new_id()
    ids = {"run_id": run_id, "mentee": pair[0], "mentor": pair[1], "request_id": request_id, "proposal_id": new_id()}
    words = {"because": json.dumps(list(because)), "due": now + ANSWER_WITHIN, "now": now}
    said = str(db.session.scalar(NEXT_BEST, ids | words))
    if said == "ok":
        jobs.announce("pair.proposed", org_id=mentee_firm, request_id=request_id, link_id=new_id())
    return said


def log_proposal(verb: str, acting: Acting, request_id: int, mentee: str, mentor: str, now: datetime) -> None:
    """In the committee's own log; the worker tells the two firms'."""
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("request", request_id),
        actor=(acting.person_id, acting.person_name),
        data={"mentee": mentee, "mentor": mentor},
    )
