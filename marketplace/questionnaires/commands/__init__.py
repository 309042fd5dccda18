"""The only writes: designs and their versions, rounds, answers."""

from marketplace.questionnaires.commands.answers import give_answers, keep_answers
from marketplace.questionnaires.commands.designs import discard_draft, edit_draft, publish_draft
from marketplace.questionnaires.commands.rounds import Plan, cancel_round, close_round, move_round, plan_round

__all__ = [
    "Plan",
    "cancel_round",
    "close_round",
    "discard_draft",
    "edit_draft",
    "give_answers",
    "keep_answers",
    "move_round",
    "plan_round",
    "publish_draft",
]
