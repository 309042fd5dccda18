"""The one clock of the product. Commands take ``now`` as an argument; views and jobs read it here."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment, in UTC, with its zone."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in UTC."""
    return now().date()
