"""Appointing people to a cohort's committee, and taking them off it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.committee.benches import Bench
from marketplace.committee.letters import write_to_appointed
from marketplace.committee.models import CommitteeMember
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db


def appoint(*, acting: Acting, bench: Bench, who: Any, now: datetime) -> None:
    """``who``: a row of those who may be appointed; they are written to. Once more is no error."""
    cohort = bench.cohort
    made = insert(cast(sa.Table, CommitteeMember.__table__)).values(
        org_id=bench.org_id,
        cohort_org_id=cohort.org_id,
        cohort_id=cohort.id,
        person_id=who.person_id,
        firm_id=who.firm_id,
        affiliation_id=who.affiliation_id,
        appointed_by_id=acting.person_id,
        appointed_at=now,
    )
    if db.session.execute(made.on_conflict_do_nothing()).rowcount:  # type: ignore[attr-defined]
        write_to_appointed(bench, who, now)
        _record("match.member_appointed", acting, bench, who.person_id, who.name, now)
    db.session.commit()


def take_off(*, acting: Acting, bench: Bench, person_id: int, name: str, now: datetime) -> None:
    """From this moment on they see nothing of the bench; what they voted and noted stays with the committee."""
    gone = sa.delete(CommitteeMember).where(
        CommitteeMember.org_id == bench.org_id,
        CommitteeMember.cohort_id == bench.cohort.id,
        CommitteeMember.person_id == person_id,
    )
    if db.session.execute(gone).rowcount:  # type: ignore[attr-defined]
        _record("match.member_removed", acting, bench, person_id, name, now)
    db.session.commit()


def _record(verb: str, acting: Acting, bench: Bench, person_id: int, name: str, now: datetime) -> None:
    record(
        verb,
        org_ids=[bench.org_id],
        now=now,
        subject=("cohort", bench.cohort.id),
        actor=(acting.person_id, acting.person_name),
        data={"person": name},
        people={"person": person_id},
    )
