"""Who may say which e-mail domains are the firm's."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting


def may_keep_domains(acting: Acting) -> bool:
    return not acting.in_network and acting.role in {Role.company_admin, Role.hr_partner}
