"""What parts of the dashboard are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

GROUPS = {"matching": _l("Before a pair begins"), "meeting": _l("Meeting"), "outcome": _l("How it ends, and after")}

SIDES_OF_FIRM = {"": "", "mentee": _l("The firm’s mentees"), "mentor": _l("The firm’s mentors")}
