"""Who may look after people."""

from __future__ import annotations

from tenants.current import Acting


def may_see_people(acting: Acting) -> bool:
    return acting.coordinates
