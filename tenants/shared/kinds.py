"""The kinds of letters there are. Each has a folder ``templates/letters/<kind>/`` and one line in a list like this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Kind:
    """``label`` names the news in a list. What is not ``essential`` can be switched off by its reader."""

    label: Any
    essential: bool = True


KINDS: dict[str, Kind] = {
    "invitation": Kind(_l("Invitation to an organisation")),
    "firm_invited": Kind(_l("A network takes in a firm")),
    "account_exists": Kind(_l("You already have an account")),
    "password_reset": Kind(_l("Forgotten password")),
    "password_changed": Kind(_l("Password changed")),
    "role_changed": Kind(_l("My role changes")),
    "affiliation_ending": Kind(_l("I leave an organisation on a given day")),
    "affiliation_ended": Kind(_l("I have left an organisation")),
    "assistance_offered": Kind(_l("Somebody asks about an assistance")),
}
"""By name; the marketplace adds its own when it starts."""
