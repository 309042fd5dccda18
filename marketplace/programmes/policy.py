"""Who may run programmes."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting

RUNNERS = frozenset({Role.company_admin, Role.hr_partner, Role.network_admin, Role.programme_manager})


def may_run_programmes(acting: Acting) -> bool:
    """Design and run what the viewer's own organisation offers."""
    return acting.role in RUNNERS
