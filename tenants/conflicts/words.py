"""The kinds of conflicts as pages name them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tenants.organisations.models import ConflictKind

KINDS = {
    ConflictKind.competitor: _l("Competitor"),
    ConflictKind.client_or_supplier: _l("Client or supplier"),
    ConflictKind.auditor: _l("Auditor"),
    ConflictKind.shared_board: _l("Shared board member"),
    ConflictKind.group_company: _l("Company of the same group"),
    ConflictKind.former_manager: _l("Former manager"),
    ConflictKind.personal: _l("Personal tie"),
}
