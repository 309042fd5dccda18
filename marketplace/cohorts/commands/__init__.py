"""What those who run a programme do with its cohorts, and what the clock does for them."""

from marketplace.cohorts.commands.ending import cancel_cohort, close_cohort
from marketplace.cohorts.commands.making import create_cohort, open_cohort
from marketplace.cohorts.commands.phases import change_timeline, open_due_phases, open_phase
from marketplace.cohorts.commands.settings import change_settings
from marketplace.cohorts.commands.steps import LETTERS

__all__ = [
    "LETTERS",
    "cancel_cohort",
    "change_settings",
    "change_timeline",
    "close_cohort",
    "create_cohort",
    "open_cohort",
    "open_due_phases",
    "open_phase",
]
