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
    "export_ready": Kind(_l("Your data is ready to download")),
    "erasure_asked": Kind(_l("Your account is about to be erased")),
}
"""By name; the marketplace adds its own when it starts."""
