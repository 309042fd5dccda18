"""The roles' names on pages."""

from flask_babel import lazy_gettext as _l

from tenants.affiliations.models import Role

ROLES = {
    Role.member: _l("Member"),
    Role.hr_partner: _l("HR partner"),
    Role.company_admin: _l("Company admin"),
    Role.network_admin: _l("Network admin"),
    Role.programme_manager: _l("Programme manager"),
    Role.board_seeker: _l("Board seeker"),
}
