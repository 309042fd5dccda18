"""What somebody is written who was appointed to a matching committee."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marketplace.committee.benches import Bench
from tenants.shared.letters import queue_letter


def write_to_appointed(bench: Bench, who: Any, now: datetime) -> None:
    """``who``: a row of those who may be appointed. In the workspace they sit there with."""
    path = f"/{who.slug}/cohorts/{bench.cohort.id}/matching/bench/"
    queue_letter(
        "committee_appointed",
        org_id=who.firm_id,
        person_id=who.person_id,
        now=now,
        data={"programme": bench.seen.programme.name(who.locale[:2]), "url": path},
        path=path,
    )
