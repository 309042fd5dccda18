"""Who looks after pairs: HR and administrators of a firm, and those who run a network."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting

KEEPERS = frozenset({Role.hr_partner, Role.company_admin, Role.network_admin})


def may_see_pairs(acting: Acting) -> bool:
    return acting.role in KEEPERS
