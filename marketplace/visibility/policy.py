"""Who names a nomination committee."""

from __future__ import annotations

from tenants.current import Acting


def may_name_committee(acting: Acting) -> bool:
    return acting.coordinates and not acting.in_network
