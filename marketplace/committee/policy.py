"""Who sits at a cohort's bench."""

from __future__ import annotations

from marketplace.pairing.policy import may_pair_by_hand
from marketplace.programmes.modalities import Form
from marketplace.programmes.queries import CohortSeen


def may_match(seen: CohortSeen) -> bool:
    """Those who pair by hand: the engine proposes to them. Peers pair or sit in circles by hand and by themselves."""
    return may_pair_by_hand(seen) and seen.cohort.form is not Form.peer
