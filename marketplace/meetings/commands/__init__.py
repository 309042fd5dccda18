"""Everything that changes a meeting, a mentor's hours, or a feed: one function, one transaction."""

from marketplace.meetings.commands.clock import cancel_ahead, turn_clock
from marketplace.meetings.commands.feeds import drop_feed, new_feed
from marketplace.meetings.commands.hours import set_hours
from marketplace.meetings.commands.outcomes import say_outcome
from marketplace.meetings.commands.planning import (
    Choice,
    Details,
    Taken,
    cancel_meeting,
    change_details,
    move_meeting,
    plan_meeting,
)

__all__ = [
    "Choice",
    "Details",
    "Taken",
    "cancel_ahead",
    "cancel_meeting",
    "change_details",
    "drop_feed",
    "move_meeting",
    "new_feed",
    "plan_meeting",
    "say_outcome",
    "set_hours",
    "turn_clock",
]
