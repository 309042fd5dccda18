"""What those who run programmes do: design, open and lend them, and choose who takes part."""

from marketplace.programmes.commands.designing import (
    ChangedMeanwhile,
    Unsound,
    clone_programme,
    create_programme,
    restore_version,
    save_design,
)
from marketplace.programmes.commands.lending import lend_template, take_template_back
from marketplace.programmes.commands.partying import (
    answer_asking,
    ask_party,
    choose_parties,
    leave_programme,
    withdraw_asking,
)
from marketplace.programmes.commands.schools import invite_school, reinvite_school
from marketplace.programmes.commands.turning import bring_back, turn_programme

__all__ = [
    "ChangedMeanwhile",
    "Unsound",
    "answer_asking",
    "ask_party",
    "bring_back",
    "choose_parties",
    "clone_programme",
    "create_programme",
    "invite_school",
    "leave_programme",
    "lend_template",
    "reinvite_school",
    "restore_version",
    "save_design",
    "take_template_back",
    "turn_programme",
    "withdraw_asking",
]
