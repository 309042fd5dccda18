"""Who may write, publish and accept an agreement."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting


def may_write_agreements(acting: Acting) -> bool:
    return acting.in_network and acting.role is Role.network_admin


def may_accept_agreements(acting: Acting) -> bool:
    return not acting.in_network and acting.role in {Role.company_admin, Role.hr_partner}


def may_read_agreements(acting: Acting) -> bool:
    return acting.coordinates
