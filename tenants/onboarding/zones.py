"""Time zones to choose from: one per place that the Unicode locale data names, in the reader's language."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global


@lru_cache(maxsize=4)
def zones(locale: str) -> tuple[tuple[str, str], ...]:
    """(name, label) of each zone, by label: ``("Europe/Paris", "Paris (France)")``."""
    reader = Locale.parse(locale)
    known = available_timezones()
    labels = {}
    for name, territory in get_global("zone_territories").items():
        if name in known and territory in reader.territories and territory != "001":
            city = reader.time_zones.get(name, {}).get("city") or name.rsplit("/", 1)[-1].replace("_", " ")
            labels[name] = f"{city} ({reader.territories[territory]})"
    return tuple(sorted(labels.items(), key=lambda zone: unicodedata.normalize("NFD", zone[1])))
