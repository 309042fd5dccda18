"""What changes a person's own account, through the door."""

from __future__ import annotations

from tenants.accounts.door import door
from tenants.accounts.models import Account


def choose_language(*, account: Account, locale: str) -> None:
    """From now on letters to this person are in ``locale`` (``en`` or ``fr``)."""
    account.person.locale = locale
    door.commit()
