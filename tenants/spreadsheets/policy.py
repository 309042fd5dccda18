"""Who may bring people in by spreadsheet, and take the list out."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting

ROLES_BY_SHEET = frozenset({Role.member, Role.hr_partner})
"""A spreadsheet makes nobody an admin, and no admin anything less: the last one could be lost in a long list."""


def may_import(acting: Acting) -> bool:
    """The HR partners and admins of a company; a network has firms, and these have people."""
    return acting.coordinates and acting.org_kind == "company"
