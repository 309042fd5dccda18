"""A nomination as a part of something larger, in the transaction of whoever asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from marketplace.enrolments.commands.coming import nominate_within
from marketplace.enrolments.eligibility import Profile
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Enrolment
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting


def put_forward(
    *, acting: Acting, seen: CohortSeen, profile: Profile, side: Side, now: datetime, confirmed: Sequence[str] = ()
) -> Enrolment:
    """The same as a firm's nomination, uncommitted. Raises as that does."""
    return nominate_within(acting, seen, profile, side, now, None, confirmed)
