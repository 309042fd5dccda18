"""How long an organisation keeps what is its own: the usual time, the least, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from tenants.privacy.models import Kept


@dataclass(frozen=True, slots=True)
class Rule:
    """Days: ``usual`` without a choice, ``least`` and ``most`` that may be chosen."""

    label: Any
    why: Any
    usual: int
    least: int
    most: int


RULES: dict[Kept, Rule] = {
    Kept.requests: Rule(
        _l("Words of requests that came to nothing"),
        _l("Counted from the day the request was closed. That it was made stays, for your figures."),
        365,
        30,
        1095,
    ),
    Kept.mentorships: Rule(
        _l("Words of mentorships that have ended"),
        _l("Counted from the last day. The two may still want to read what they set out to do."),
        730,
        90,
        3650,
    ),
    Kept.letters: Rule(
        _l("Letters"),
        _l("That a letter was sent or failed; what a failed one would have said goes with it."),
        90,
        30,
        365,
    ),
    Kept.notices: Rule(_l("Notices in the app"), _l("Read or not: old news helps nobody."), 180, 30, 730),
    Kept.invitations: Rule(
        _l("Names and addresses of people who were invited"),
        _l("Counted from the day the link ends. The invitation stays without its name."),
        180,
        30,
        730,
    ),
    Kept.activity: Rule(
        _l("Activity log"),
        _l("A year at least, so that what happened can be looked into. A checkpoint keeps the chain whole."),
        1095,
        365,
        3650,
    ),
}
