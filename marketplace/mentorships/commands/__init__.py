"""Everything that changes a mentorship; one room for each kind of change."""

from marketplace.mentorships.commands.closing import end_mentorship, set_term
from marketplace.mentorships.commands.questions import (
    answer_question,
    ask_again,
    ask_pair,
    move_person,
    settle_question,
)

__all__ = ["answer_question", "ask_again", "ask_pair", "end_mentorship", "move_person", "set_term", "settle_question"]
