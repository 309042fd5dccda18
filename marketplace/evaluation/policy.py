"""Who reads figures, and who says how few people one may come from."""

from __future__ import annotations

from tenants.current import Acting
from tenants.organisations.policy import may_change_settings


def may_read_figures(acting: Acting) -> bool:
    """Those who look after people: of a firm its own, of whoever runs cohorts all that may be shown."""
    return acting.coordinates


def may_set_minimum_group(acting: Acting) -> bool:
    return may_change_settings(acting)
