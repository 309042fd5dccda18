"""Who offers tracks, and who nominates for them."""

from __future__ import annotations

from marketplace.billing.policy import may_read_bills
from tenants.current import Acting


def may_offer_tracks(acting: Acting) -> bool:
    """Those who run a network."""
    return acting.in_network and acting.coordinates


def may_nominate_candidates(acting: Acting) -> bool:
    """Those who look after a company, in the name of its chair or chief executive."""
    return may_read_bills(acting)
