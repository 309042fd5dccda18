"""Why a letter did not arrive, as a sentence for those who look after it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from tenants.shared.letters import DEAD, NO_ADDRESS, NOT_WRITTEN
from tenants.shared.mail import status_of

OURS: dict[str, Any] = {
    NO_ADDRESS: _l("There is no address to write to"),
    NOT_WRITTEN: _l("The letter could not be written; the operator can see why"),
    DEAD: _l("Letters to this address came back three times. It is written to again once its owner confirms it"),
}
ADDRESS = _l("This address does not exist, or no longer")
BY_STATUS: dict[tuple[int, int], Any] = {
    (2, 1): _l("This mailbox is switched off"),
    (2, 2): _l("This mailbox is full"),
    (2, 3): _l("The letter is too large for this mailbox"),
}
BY_SUBJECT: dict[int, Any] = {
    1: ADDRESS,
    2: _l("This mailbox does not take letters"),
    3: _l("Their mail server cannot take letters now"),
    4: _l("Their mail server could not be reached"),
    7: _l("Their mail server turns our letters away; its administrator can let them in"),
}
"""By the enhanced status code's subject and detail (RFC 3463)."""


def reason(error: str) -> Any:
    """What ``error`` means; nothing where nobody can tell."""
    if error in OURS:
        return OURS[error]
    status = status_of(error)
    if status is None:
        return ""
    return BY_STATUS.get(status[1:]) or BY_SUBJECT.get(status[1], "")
