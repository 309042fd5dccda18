"""Who may keep two firms apart, and who speaks for a group of companies."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting


def may_declare_conflicts(acting: Acting) -> bool:
    return acting.coordinates and not acting.in_network


def may_speak_for_group(acting: Acting) -> bool:
    return acting.role is Role.company_admin and not acting.in_network
