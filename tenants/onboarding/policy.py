"""Who may invite whom, and to which role."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting
from tenants.organisations.models import OrganisationKind

ROLES_OF = {
    OrganisationKind.company: (Role.member, Role.board_seeker, Role.hr_partner, Role.company_admin),
    OrganisationKind.network: (Role.member, Role.programme_manager, Role.network_admin),
    OrganisationKind.search_firm: (Role.member, Role.company_admin),
}
"""The roles that exist in each kind of organisation, the one with the most power last."""


def may_invite(acting: Acting) -> bool:
    return acting.coordinates


def roles_to_give(acting: Acting, kind: OrganisationKind, *, own: bool) -> tuple[Role, ...]:
    """The roles that ``acting`` may invite people to: never one with more power than their own.

    ``own``: the invitation is to their own organisation. Otherwise it is to a firm that their network takes
    in, which needs an administrator first.
    """
    roles = ROLES_OF[kind]
    if not may_invite(acting):
        return ()
    if not own:
        return roles if acting.in_network else ()
    return roles[: roles.index(acting.role) + 1]
