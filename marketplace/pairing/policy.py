"""Who may pair by hand, and who runs circles."""

from __future__ import annotations

from marketplace.programmes.modalities import Form
from marketplace.programmes.queries import CohortSeen


def may_see_states(seen: CohortSeen) -> bool:
    """Whoever runs the cohort, and the firms that take part, each what concerns its own people."""
    return seen.runs or seen.coordinates


def may_pair_by_hand(seen: CohortSeen) -> bool:
    """The committee of the organisation that runs it where matching is central, else each firm for its own mentees."""
    rules = seen.cohort.modalities
    if rules.matching == "self":
        return False
    return seen.runs if rules.centralised else seen.coordinates


def has_circles(seen: CohortSeen) -> bool:
    """Peers meet in circles where more than two may meet."""
    return seen.cohort.form is Form.peer and seen.cohort.modalities.circle.most > 2


def may_run_circles(seen: CohortSeen) -> bool:
    return seen.runs and has_circles(seen)
