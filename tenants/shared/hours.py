"""When a letter comes, by the clock where its reader is: the next digest, the end of the quiet hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tenants.shared.models import Delivery

MORNING, MONDAY = 8, 0


@dataclass(frozen=True, slots=True)
class Hours:
    """What somebody chose; by default a digest at eight (the weekly one on Mondays), and no quiet hours."""

    zone: ZoneInfo
    digest_hour: int = MORNING
    digest_weekday: int = MONDAY
    quiet_from: int | None = None
    quiet_until: int | None = None

    def next_digest(self, after: datetime, how: Delivery) -> datetime:
        """The first moment past ``after`` at which a daily or weekly digest goes; once a day on days of 23 and 25 hours too."""
        day = after.astimezone(self.zone).date() - timedelta(days=1)
        while True:
            if how is Delivery.daily or day.weekday() == self.digest_weekday:
                moment = datetime.combine(day, time(self.digest_hour), self.zone).astimezone(UTC)
                if moment > after:
                    return moment
            day += timedelta(days=1)

    def quiet_end(self, now: datetime) -> datetime | None:
        """When the quiet hours that it is now are over; None when it is not quiet."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        there = now.astimezone(self.zone)
        if self.quiet_from < self.quiet_until:
            quiet = self.quiet_from <= there.hour < self.quiet_until
        else:
            quiet = there.hour >= self.quiet_from or there.hour < self.quiet_until
        if not quiet:
            return None
        day = there.date() + timedelta(days=there.hour >= self.quiet_until)
        end = datetime.combine(day, time(self.quiet_until), self.zone).astimezone(UTC)
        # An hour that the clock goes through twice, or that a change of the clock leaves out, ends when the clock says so.
        return end if end > now else now + timedelta(hours=1)
