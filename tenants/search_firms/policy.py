"""Who admits search firms, and who answers for one."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting


def may_see_admissions(acting: Acting) -> bool:
    """Those who run a network, and everybody of a search firm."""
    return acting.in_search_firm or (acting.in_network and acting.coordinates)


def may_admit(acting: Acting) -> bool:
    return acting.in_network and acting.role is Role.network_admin


def may_accept(acting: Acting) -> bool:
    """Who answers for a search firm."""
    return acting.in_search_firm and acting.role is Role.company_admin
