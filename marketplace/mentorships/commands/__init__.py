"""Everything that changes a mentorship; one room for each kind of change."""

from marketplace.mentorships.commands.closing import end_mentorship, set_term
from marketplace.mentorships.commands.extending import settle_extension
from marketplace.mentorships.commands.pausing import end_pause, turn_pause
from marketplace.mentorships.commands.questions import (
    answer_question,
    ask_again,
    ask_pair,
    move_person,
    settle_question,
)

__all__ = [
    "answer_question",
    "ask_again",
    "ask_pair",
    "end_mentorship",
    "end_pause",
    "move_person",
    "set_term",
    "settle_extension",
    "settle_question",
    "turn_pause",
]
