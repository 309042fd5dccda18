"""What a person is told about their place in an organisation."""

from __future__ import annotations

from datetime import date, datetime

from tenants.affiliations.models import Role
from tenants.shared.letters import queue_letter


def tell_role_changed(org_id: int, person_id: int, *, slug: str, role: Role, by: str, now: datetime) -> None:
    path = f"/{slug}/mentors/"
    data = {"role": role.value, "by": by, "url": path}
    queue_letter("role_changed", org_id=org_id, person_id=person_id, now=now, data=data, path=path)


def tell_ending_planned(org_id: int, person_id: int, *, ended_on: date, now: datetime) -> None:
    data = {"ended_on": ended_on.isoformat(), "url": "/workspaces/?all=1"}
    queue_letter("affiliation_ending", org_id=org_id, person_id=person_id, now=now, data=data)


def tell_ended(org_id: int, person_id: int, *, now: datetime) -> None:
    """What they keep, what closes, and what they will be asked."""
    data = {"url": "/workspaces/?all=1"}
    queue_letter("affiliation_ended", org_id=org_id, person_id=person_id, now=now, data=data)
