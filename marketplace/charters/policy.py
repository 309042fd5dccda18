"""Who may write the rules that an organisation gives its pairs."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting


def may_write_rules(acting: Acting) -> bool:
    return acting.role is (Role.network_admin if acting.in_network else Role.company_admin)


def may_read_rules(acting: Acting) -> bool:
    return acting.coordinates
