"""Who sits at a cohort's bench."""

from __future__ import annotations

from marketplace.pairing.policy import has_circles, may_pair_by_hand
from marketplace.programmes.modalities import Form
from marketplace.programmes.queries import CohortSeen


def may_match(seen: CohortSeen) -> bool:
    """Those who pair by hand: the engine proposes to them. Of peers, one committee for all, where they do not sit in circles."""
    if seen.cohort.form is Form.peer and (has_circles(seen) or not seen.cohort.modalities.centralised):
        return False
    return may_pair_by_hand(seen)
