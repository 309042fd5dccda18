"""Who may pay, and who may read what was paid."""

from __future__ import annotations

from tenants.affiliations.models import Role
from tenants.current import Acting


def may_read_bills(acting: Acting) -> bool:
    """Those who look after a company."""
    return acting.coordinates and not acting.in_network


def may_pay(acting: Acting) -> bool:
    """Bind the company to pay: its administrators."""
    return acting.role is Role.company_admin


def may_set_payment_key(acting: Acting) -> bool:
    """Say on which account a network is paid: its administrators."""
    return acting.role is Role.network_admin
