"""Coming in, being decided about, and leaving."""

from marketplace.enrolments.commands.coming import answer_nomination, apply, nominate, nominate_many
from marketplace.enrolments.commands.deciding import (
    answer_for_employer,
    answer_manager_view,
    ask_manager,
    nudge,
    put_on_waiting_list,
    refuse,
    take_from_waiting,
    take_in,
)
from marketplace.enrolments.commands.leaving import (
    continue_for,
    drop_out,
    end_for_firm,
    expire_due,
    leave_firm,
    note_departure,
    withdraw,
    withdraw_nomination,
)

__all__ = [
    "answer_for_employer",
    "answer_manager_view",
    "answer_nomination",
    "apply",
    "ask_manager",
    "continue_for",
    "drop_out",
    "end_for_firm",
    "expire_due",
    "leave_firm",
    "nominate",
    "nominate_many",
    "note_departure",
    "nudge",
    "put_on_waiting_list",
    "refuse",
    "take_from_waiting",
    "take_in",
    "withdraw",
    "withdraw_nomination",
]
