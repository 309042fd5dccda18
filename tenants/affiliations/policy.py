"""Who may look after people, and whose role they may change."""

from __future__ import annotations

from tenants.affiliations.models import Affiliation, Role
from tenants.current import Acting
from tenants.onboarding.policy import roles_to_give
from tenants.organisations.models import OrganisationKind


def may_see_people(acting: Acting) -> bool:
    return acting.coordinates


def roles_in_reach(acting: Acting) -> tuple[Role, ...]:
    """The roles that the viewer may give and take: none above their own."""
    return roles_to_give(acting, OrganisationKind(acting.org_kind), own=True)


def may_change_role(acting: Acting, tie: Affiliation, role: Role) -> bool:
    return tie.role in roles_in_reach(acting) and role in roles_in_reach(acting)


def may_end(acting: Acting, tie: Affiliation) -> bool:
    return tie.role in roles_in_reach(acting)
