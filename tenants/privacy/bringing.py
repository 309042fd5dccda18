"""Bring an archive into the present account: each thing into the workspace it came from, or into one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tenants import current
from tenants.privacy.packages import Package
from tenants.shared.database import db
from tenants.shared.holdings import HOLDINGS, Held


def bring(package: Package, *, places: list[str], into: str, replaces: bool, now: datetime) -> Mapping[str, int]:
    """How many things of each holding were brought. ``places`` are the slugs where the person belongs today.

    What was held in an organisation where they do not belong any more goes into ``into``, unless an earlier one did.
    """
    brought: dict[str, int] = {}
    for slug, origin in _ways(package, places, into).items():
        for name, records in package.holdings.items():
            holding = HOLDINGS.get(name)
            if holding is None or holding.bring is None:
                continue
            theirs = [one for one in records if one.get("organisation", origin) == origin]
            if not theirs:
                continue
            db.session.rollback()  # a workspace is entered by a transaction of its own
            acting = current.enter_workspace(slug)
            if acting is not None and (number := holding.bring(acting, Held(theirs, package.files, replaces, now))):
                brought[name] = brought.get(name, 0) + number
    return brought


def _ways(package: Package, places: list[str], into: str) -> dict[str, str]:
    """Where to (a slug of today) and where from (a slug of the archive), at most one to each."""
    slugs = [one["slug"] for one in package.organisations]
    ways = {slug: slug for slug in slugs if slug in places}
    for slug in slugs:
        if slug not in places and into in places and into not in ways:
            ways[into] = slug
    return ways
