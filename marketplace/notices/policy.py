"""Who may look after letters that did not arrive."""

from __future__ import annotations

from tenants.current import Acting


def may_look_after_letters(viewer: Acting) -> bool:
    """Those who look after people here see which letters failed and why, never what they say."""
    return viewer.coordinates
