"""Where a pair stands, as a coordinator reads it: (on the page, kind of state)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.coordination.queries import Standing

STANDINGS = {
    Standing.quiet: (_l("Quiet"), "waits"),
    Standing.alone: (_l("Ended without a new match"), "waits"),
    Standing.paused: (_l("Paused"), ""),
    Standing.running: (_l("Under way"), "ok"),
    Standing.ended: (_l("Ended"), "ended"),
}
