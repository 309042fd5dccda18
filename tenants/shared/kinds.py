"""The kinds of letters there are. Each has a folder ``templates/letters/<kind>/`` and one line in a list like this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Kind:
    """``label`` names the news in a list. What is not ``essential`` can be switched off by its reader. What is about
    their ``account`` is between them and the door: no coordinator sees that such a letter was written. What is ``urgent``
    (or about the account) comes at once, in quiet hours and to readers of digests too.
    """

    label: Any
    essential: bool = True
    account: bool = False
    urgent: bool = False


KINDS: dict[str, Kind] = {
    "invitation": Kind(_l("Invitation to an organisation"), urgent=True),
    "firm_invited": Kind(_l("A network takes in a firm")),
    "account_exists": Kind(_l("You already have an account"), account=True),
    "password_reset": Kind(_l("Forgotten password"), account=True),
    "password_changed": Kind(_l("Password changed"), account=True),
    "sign_in_code": Kind(_l("Code to sign in with"), account=True),
    "new_device": Kind(_l("Sign-in from a new device"), account=True),
    "address_confirmation": Kind(_l("New e-mail address to confirm"), account=True),
    "address_changed": Kind(_l("E-mail address changed"), account=True),
    "second_factor_off": Kind(_l("Second factor turned off"), account=True),
    "role_changed": Kind(_l("My role changes")),
    "affiliation_ending": Kind(_l("I leave an organisation on a given day")),
    "affiliation_ended": Kind(_l("I have left an organisation")),
    "assistance_offered": Kind(_l("Somebody asks about an assistance")),
    "firm_nudged": Kind(_l("A network reminds our firm of its next step"), essential=False),
    "agreement_renewed": Kind(_l("A network has a new agreement for our firm")),
    "admission_given": Kind(_l("A network accredits our search firm")),
    "admission_ended": Kind(_l("A network ends the accreditation of our search firm")),
    "domain_lost": Kind(_l("The DNS record of our domain is gone")),
    "domain_code": Kind(_l("Code for an e-mail domain"), urgent=True),
    "export_ready": Kind(_l("Your data is ready to download"), account=True),
    "digest": Kind(_l("Digest"), urgent=True),
    "erasure_asked": Kind(_l("Your account is about to be erased"), account=True),
}
"""By name; the marketplace adds its own when it starts."""
