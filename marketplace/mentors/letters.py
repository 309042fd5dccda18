"""What a mentor is told about their own page."""

from __future__ import annotations

from datetime import datetime

from tenants.current import Acting
from tenants.shared.letters import queue_letter


def tell_published(acting: Acting, *, now: datetime) -> None:
    """The page can be found; how to change, pause or withdraw it."""
    path = f"/{acting.slug}/profile"
    queue_letter(
        "profile_published",
        org_id=acting.org_id,
        person_id=acting.person_id,
        now=now,
        data={"url": path},
        path=path,
    )
