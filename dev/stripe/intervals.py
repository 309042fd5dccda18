"""Periods of a subscription: counted from its anchor, as wall-clock dates in UTC."""

import calendar
from datetime import UTC, datetime, timedelta

from dev.stripe.store import Thing


def after(anchor: int, recurring: Thing, count: int) -> int:
    """The moment `count` intervals after the anchor; the 31st becomes the last day of a shorter month."""
    start = datetime.fromtimestamp(anchor, UTC)
    steps = recurring["interval_count"] * count
    if recurring["interval"] in ("day", "week"):
        return int((start + timedelta(days=steps * (7 if recurring["interval"] == "week" else 1))).timestamp())
    months = start.month - 1 + steps * (12 if recurring["interval"] == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def next_end(anchor: int, recurring: Thing, moment: int) -> int:
    """The first end of a period that is after this moment."""
    count = 1
    while after(anchor, recurring, count) <= moment:
        count += 1
    return after(anchor, recurring, count)
