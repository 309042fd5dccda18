"""Who may look after organisations."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting


def may_run_network(acting: Acting) -> bool:
    return acting.in_network and acting.role in {Role.network_admin, Role.programme_manager}


def may_admit_firms(acting: Acting) -> bool:
    return acting.in_network and acting.role is Role.network_admin


def may_change_settings(acting: Acting) -> bool:
    return acting.role in {Role.company_admin, Role.hr_partner, Role.network_admin}


def may_leave_networks(acting: Acting) -> bool:
    return acting.role is Role.company_admin


def may_welcome(acting: Acting) -> bool:
    """Who walks a firm through its first steps here."""
    return acting.org_kind == "company" and acting.role in {Role.company_admin, Role.hr_partner}
