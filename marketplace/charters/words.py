"""What the parts of an agreement are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

PARTS = {
    "purpose": _l("What this mentorship is for"),
    "cadence": _l("How often you meet"),
    "ends_on": _l("Planned last day"),
    "contact": _l("How you reach each other"),
    "rules": _l("The rules"),
}
